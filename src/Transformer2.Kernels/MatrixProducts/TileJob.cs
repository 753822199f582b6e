using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>What the tiles of a product share.</summary>
internal unsafe struct TileJob
{
    /// <summary>Outputs that a tile computes together.</summary>
    public const int Outputs = 4;

    public byte* Weights;
    public long RowBytes;

    /// <summary>Whole blocks of inputs.</summary>
    public int Blocks;

    /// <summary>Bytes of weights behind the last whole block.</summary>
    public int TailBytes;

    public float* Output;
    public long OutputStride;
    public float* Scales;
    public float** Multipliers;
    public bool Accumulate;

    /// <summary>The last step for the sums of a tile, in the order that holds everywhere: scale, multiplier, accumulate.</summary>
    /// <param name="sums">For each row four sums.</param>
    /// <param name="row">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="output">The first output.</param>
    /// <param name="valid">Outputs that exist, 1 to 4.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Store(float* sums, long row, int rows, long output, int valid)
    {
        for (var end = row + rows; row < end; row++, sums += Outputs)
        {
            var multipliers = Multipliers == null ? null : Multipliers[row];
            var target = Output + (row * OutputStride) + output;
            if (valid == Outputs)
            {
                var four = Vector128.Load(sums);
                four = Scales == null ? four : four * Vector128.Load(Scales + output);
                four = multipliers == null ? four : four * Vector128.Load(multipliers + output);
                (Accumulate ? Vector128.Load(target) + four : four).Store(target);
                continue;
            }

            for (var index = 0; index < valid; index++)
            {
                var one = sums[index];
                one = Scales == null ? one : one * Scales[output + index];
                one = multipliers == null ? one : one * multipliers[output + index];
                target[index] = Accumulate ? target[index] + one : one;
            }
        }
    }
}
