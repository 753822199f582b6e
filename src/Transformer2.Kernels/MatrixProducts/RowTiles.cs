namespace Transformer2.Kernels.MatrixProducts;

/// <summary>Rows cut into tiles of nearly equal height: the first ones may have one row more.</summary>
internal readonly struct RowTiles
{
    private readonly int _height;
    private readonly int _higher;

    /// <summary>Cuts rows.</summary>
    /// <param name="rows">How many, at least 1.</param>
    /// <param name="most">Height of the largest tile that there may be.</param>
    public RowTiles(int rows, int most)
    {
        Rows = rows;
        Count = (rows + most - 1) / most;
        (_height, _higher) = Math.DivRem(rows, Count);
    }

    /// <summary>Rows in all.</summary>
    public int Rows { get; }

    /// <summary>Tiles.</summary>
    public int Count { get; }

    /// <summary>The first row of a tile.</summary>
    public int First(int tile) => (tile * _height) + Math.Min(tile, _higher);

    /// <summary>Rows of a tile.</summary>
    public int Height(int tile) => _height + (tile < _higher ? 1 : 0);

    /// <summary>Floats of a packed row.</summary>
    public static long Padded(int inputs, int block) => (long)(inputs + block - 1) / block * block;
}
