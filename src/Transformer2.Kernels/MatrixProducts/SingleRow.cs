using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>
/// One row x four outputs, one after the other: where reading the weights is what takes time, one stream of memory runs faster than several. The
/// processor overlaps the end of one sum with the start of the next. The operations of a pair are those of
/// <see cref="RegisterTile{TSimd, TVector, TFormat}"/>.
/// </summary>
internal static unsafe class SingleRow<TSimd, TVector, TFormat>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TFormat : struct, IWeightFormat<TVector>
{
    // Far enough for the memory's latency, near enough to be in the cache still: the second-level one, as in RegisterTile.
    private const int Ahead = 4096;
    private const int CacheLine = 64;

    /// <summary>Computes the sums of four outputs.</summary>
    /// <param name="job">Blocks and tail of a row of weights.</param>
    /// <param name="input">The packed row.</param>
    /// <param name="rows">The weights of the four outputs.</param>
    /// <param name="tails">The last, partly filled blocks of the outputs, padded with zeros; not read without a tail.</param>
    /// <param name="sums">Where to: four sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileJob* job, float* input, byte** rows, byte* tails, float* sums)
    {
        var blockBytes = 2 * TSimd.Width * TFormat.Size;
        var blocks = job->Blocks;
        TVector s0 = TSimd.Zero, s1 = s0, s2 = s0, s3 = s0;
        s0 = Add(rows[0], input, blocks, blockBytes, s0);
        s1 = Add(rows[1], input, blocks, blockBytes, s1);
        s2 = Add(rows[2], input, blocks, blockBytes, s2);
        s3 = Add(rows[3], input, blocks, blockBytes, s3);
        if (job->TailBytes != 0)
        {
            var last = input + ((long)blocks * 2 * TSimd.Width);
            s0 = Add(tails, last, 1, blockBytes, s0);
            s1 = Add(tails + blockBytes, last, 1, blockBytes, s1);
            s2 = Add(tails + (2 * blockBytes), last, 1, blockBytes, s2);
            s3 = Add(tails + (3 * blockBytes), last, 1, blockBytes, s3);
        }

        TSimd.Sum(s0, s1, s2, s3).Store(sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Add(byte* weights, float* x, int blocks, int blockBytes, TVector sum)
    {
        for (; blocks > 0; blocks--)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch1(weights + Ahead);
                if (blockBytes > CacheLine)
                {
                    Sse.Prefetch1(weights + Ahead + CacheLine);
                }
            }

            sum = TSimd.MultiplyAdd(TFormat.First(weights), TSimd.Load(x), sum);
            sum = TSimd.MultiplyAdd(TFormat.Second(weights), TSimd.Load(x + TSimd.Width), sum);
            weights += blockBytes;
            x += 2 * TSimd.Width;
        }

        return sum;
    }
}
