using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>
/// One row x two outputs, where reading the weights is what takes time: few streams of memory run faster than many, and two sums hide each other's latency.
/// The operations of a pair are those of <see cref="RegisterTile{TSimd, TVector, TFormat}"/>.
/// </summary>
internal static unsafe class SingleRow<TSimd, TVector, TFormat>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TFormat : struct, IWeightFormat<TVector>
{
    // Far enough for the memory's latency, near enough to be in the cache still.
    private const int Ahead = 4096;

    public const int Outputs = 2;

    /// <summary>Computes one or two outputs.</summary>
    /// <param name="job">The product.</param>
    /// <param name="input">The packed row.</param>
    /// <param name="tails">The last, partly filled blocks of the outputs, padded with zeros; not read without a tail.</param>
    /// <param name="row">The row.</param>
    /// <param name="output">The first output.</param>
    /// <param name="valid">Outputs that exist, 1 or 2.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(TileJob* job, float* input, byte* tails, long row, long output, int valid)
    {
        var blockBytes = 2 * TSimd.Width * TFormat.Size;
        var p0 = job->Weights + (output * job->RowBytes);
        var p1 = p0 + (valid > 1 ? job->RowBytes : 0);
        var x = input;
        TVector s0 = TSimd.Zero, s1 = s0;
        var blocks = job->Blocks;
        var tail = job->TailBytes != 0;
        while (true)
        {
            for (; blocks > 0; blocks--)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(p0 + Ahead);
                    Sse.Prefetch0(p1 + Ahead);
                    if (blockBytes > 64)
                    {
                        Sse.Prefetch0(p0 + Ahead + 64);
                        Sse.Prefetch0(p1 + Ahead + 64);
                    }
                }

                var first = TSimd.Load(x);
                s0 = TSimd.MultiplyAdd(TFormat.First(p0), first, s0);
                s1 = TSimd.MultiplyAdd(TFormat.First(p1), first, s1);
                var second = TSimd.Load(x + TSimd.Width);
                s0 = TSimd.MultiplyAdd(TFormat.Second(p0), second, s0);
                s1 = TSimd.MultiplyAdd(TFormat.Second(p1), second, s1);
                p0 += blockBytes;
                p1 += blockBytes;
                x += 2 * TSimd.Width;
            }

            if (!tail)
            {
                break;
            }

            tail = false;
            blocks = 1;
            p0 = tails;
            p1 = p0 + blockBytes;
        }

        job->Store(TSimd.Sum(s0, s1, s0, s1), row, output, valid);
    }
}
