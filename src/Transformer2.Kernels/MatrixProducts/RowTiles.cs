namespace Transformer2.Kernels.MatrixProducts;

/// <summary>Rows cut into tiles of nearly equal height: the first <c>Rows % Count</c> have one row more.</summary>
internal readonly struct RowTiles
{
    /// <summary>Cuts rows.</summary>
    /// <param name="rows">How many, at least 1.</param>
    /// <param name="most">Height of the largest tile that there may be.</param>
    public RowTiles(int rows, int most)
    {
        Rows = rows;
        Count = (rows + most - 1) / most;
    }

    /// <summary>Rows in all.</summary>
    public int Rows { get; }

    /// <summary>Tiles.</summary>
    public int Count { get; }

    /// <summary>The first row of a tile.</summary>
    public int First(int tile) => (tile * (Rows / Count)) + Math.Min(tile, Rows % Count);

    /// <summary>Rows of a tile.</summary>
    public int Height(int tile) => (Rows / Count) + (tile < Rows % Count ? 1 : 0);

    /// <summary>Floats of a packed row.</summary>
    public static long Padded(int inputs, int block) => (long)(inputs + block - 1) / block * block;
}
