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

    /// <summary>The last step for sums of one row and four outputs, in the order that holds everywhere: scale, multiplier, accumulate.</summary>
    /// <param name="sums">The sums; only the first <paramref name="valid"/> count.</param>
    /// <param name="row">The row of the product.</param>
    /// <param name="output">The first output.</param>
    /// <param name="valid">1 to 4.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(Vector128<float> sums, long row, long output, int valid)
    {
        if (valid < Outputs)
        {
            StoreFew(sums, row, output, valid);
            return;
        }

        if (Scales != null)
        {
            sums *= Vector128.Load(Scales + output);
        }

        if (Multipliers != null && Multipliers[row] != null)
        {
            sums *= Vector128.Load(Multipliers[row] + output);
        }

        var target = Output + (row * OutputStride) + output;
        if (Accumulate)
        {
            sums = Vector128.Load(target) + sums;
        }

        sums.Store(target);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly void StoreFew(Vector128<float> sums, long row, long output, int valid)
    {
        for (var index = 0; index < valid; index++)
        {
            var sum = sums[index];
            if (Scales != null)
            {
                sum *= Scales[output + index];
            }

            if (Multipliers != null && Multipliers[row] != null)
            {
                sum *= Multipliers[row][output + index];
            }

            var target = Output + (row * OutputStride) + output + index;
            *target = Accumulate ? *target + sum : sum;
        }
    }
}
