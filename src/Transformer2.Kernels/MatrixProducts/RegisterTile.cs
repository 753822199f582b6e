using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>Rows x 4 outputs in registers: one vector of sums for each pair of row and output, which takes the blocks of inputs one after the other.</summary>
/// <remarks>
/// A pair's sum is made by the same operations in the same order in a tile of any height, so a row's result does not depend on its neighbours.
/// Everything is written out: the compiler keeps single variables in registers, not elements of an array. What a lower tile does not need is removed by it.
/// </remarks>
internal static unsafe class RegisterTile<TSimd, TVector, TFormat>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TFormat : struct, IWeightFormat<TVector>
{
    private const int CacheLine = 64;

    /// <summary>Computes one tile.</summary>
    /// <param name="job">Blocks and tail of a row of weights.</param>
    /// <param name="panel">The packed rows: for each block of inputs, its two vectors of each row.</param>
    /// <param name="rows">The weights of the four outputs.</param>
    /// <param name="tails">The last, partly filled blocks of the four outputs, padded with zeros; not read without a tail.</param>
    /// <param name="sums">Where to: for each row its four sums.</param>
    // No call, and no static field, which may mean a call: registers that live across one are saved, in the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(TileJob* job, float* panel, byte** rows, byte* tails, float* sums)
        where TRows : struct, IRowCount
    {
        var blockBytes = 2 * TSimd.Width * TFormat.Size;
        var p0 = rows[0];
        var p1 = rows[1];
        var p2 = rows[2];
        var p3 = rows[3];
        var x = panel;
        TVector s00 = TSimd.Zero, s01 = s00, s02 = s00, s03 = s00;
        TVector s10 = TSimd.Zero, s11 = s10, s12 = s10, s13 = s10;
        TVector s20 = TSimd.Zero, s21 = s20, s22 = s20, s23 = s20;
        TVector s30 = TSimd.Zero, s31 = s30, s32 = s30, s33 = s30;
        TVector s40 = TSimd.Zero, s41 = s40, s42 = s40, s43 = s40;
        TVector s50 = TSimd.Zero, s51 = s50, s52 = s50, s53 = s50;
        // The weights of the next four outputs, into the second-level cache: a request for the first one keeps one of the core's few places for misses until the
        // memory answers, and loads queue up behind them, so that reading and computing would take turns (8 rows of float32: 1.6 times as long). Every tile over
        // these four asks: some requests are dropped.
        var ahead = TileJob.Outputs * job->RowBytes;
        var blocks = job->Blocks;
        var tail = job->TailBytes != 0;
        while (true)
        {
            for (; blocks > 0; blocks--)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch1(p0 + ahead);
                    Sse.Prefetch1(p1 + ahead);
                    Sse.Prefetch1(p2 + ahead);
                    Sse.Prefetch1(p3 + ahead);
                    if (blockBytes > CacheLine)
                    {
                        Sse.Prefetch1(p0 + ahead + CacheLine);
                        Sse.Prefetch1(p1 + ahead + CacheLine);
                        Sse.Prefetch1(p2 + ahead + CacheLine);
                        Sse.Prefetch1(p3 + ahead + CacheLine);
                    }
                }

                var w0 = TFormat.First(p0);
                var w1 = TFormat.First(p1);
                var w2 = TFormat.First(p2);
                var w3 = TFormat.First(p3);
                var x0 = TSimd.Load(x);
                s00 = TSimd.MultiplyAdd(w0, x0, s00);
                s01 = TSimd.MultiplyAdd(w1, x0, s01);
                s02 = TSimd.MultiplyAdd(w2, x0, s02);
                s03 = TSimd.MultiplyAdd(w3, x0, s03);
                if (TRows.Count > 1)
                {
                    x0 = TSimd.Load(x + (2 * TSimd.Width));
                    s10 = TSimd.MultiplyAdd(w0, x0, s10);
                    s11 = TSimd.MultiplyAdd(w1, x0, s11);
                    s12 = TSimd.MultiplyAdd(w2, x0, s12);
                    s13 = TSimd.MultiplyAdd(w3, x0, s13);
                }

                if (TRows.Count > 2)
                {
                    x0 = TSimd.Load(x + (4 * TSimd.Width));
                    s20 = TSimd.MultiplyAdd(w0, x0, s20);
                    s21 = TSimd.MultiplyAdd(w1, x0, s21);
                    s22 = TSimd.MultiplyAdd(w2, x0, s22);
                    s23 = TSimd.MultiplyAdd(w3, x0, s23);
                }

                if (TRows.Count > 3)
                {
                    x0 = TSimd.Load(x + (6 * TSimd.Width));
                    s30 = TSimd.MultiplyAdd(w0, x0, s30);
                    s31 = TSimd.MultiplyAdd(w1, x0, s31);
                    s32 = TSimd.MultiplyAdd(w2, x0, s32);
                    s33 = TSimd.MultiplyAdd(w3, x0, s33);
                }

                if (TRows.Count > 4)
                {
                    x0 = TSimd.Load(x + (8 * TSimd.Width));
                    s40 = TSimd.MultiplyAdd(w0, x0, s40);
                    s41 = TSimd.MultiplyAdd(w1, x0, s41);
                    s42 = TSimd.MultiplyAdd(w2, x0, s42);
                    s43 = TSimd.MultiplyAdd(w3, x0, s43);
                }

                if (TRows.Count > 5)
                {
                    x0 = TSimd.Load(x + (10 * TSimd.Width));
                    s50 = TSimd.MultiplyAdd(w0, x0, s50);
                    s51 = TSimd.MultiplyAdd(w1, x0, s51);
                    s52 = TSimd.MultiplyAdd(w2, x0, s52);
                    s53 = TSimd.MultiplyAdd(w3, x0, s53);
                }
                w0 = TFormat.Second(p0);
                w1 = TFormat.Second(p1);
                w2 = TFormat.Second(p2);
                w3 = TFormat.Second(p3);
                x0 = TSimd.Load(x + TSimd.Width);
                s00 = TSimd.MultiplyAdd(w0, x0, s00);
                s01 = TSimd.MultiplyAdd(w1, x0, s01);
                s02 = TSimd.MultiplyAdd(w2, x0, s02);
                s03 = TSimd.MultiplyAdd(w3, x0, s03);
                if (TRows.Count > 1)
                {
                    x0 = TSimd.Load(x + (3 * TSimd.Width));
                    s10 = TSimd.MultiplyAdd(w0, x0, s10);
                    s11 = TSimd.MultiplyAdd(w1, x0, s11);
                    s12 = TSimd.MultiplyAdd(w2, x0, s12);
                    s13 = TSimd.MultiplyAdd(w3, x0, s13);
                }

                if (TRows.Count > 2)
                {
                    x0 = TSimd.Load(x + (5 * TSimd.Width));
                    s20 = TSimd.MultiplyAdd(w0, x0, s20);
                    s21 = TSimd.MultiplyAdd(w1, x0, s21);
                    s22 = TSimd.MultiplyAdd(w2, x0, s22);
                    s23 = TSimd.MultiplyAdd(w3, x0, s23);
                }

                if (TRows.Count > 3)
                {
                    x0 = TSimd.Load(x + (7 * TSimd.Width));
                    s30 = TSimd.MultiplyAdd(w0, x0, s30);
                    s31 = TSimd.MultiplyAdd(w1, x0, s31);
                    s32 = TSimd.MultiplyAdd(w2, x0, s32);
                    s33 = TSimd.MultiplyAdd(w3, x0, s33);
                }

                if (TRows.Count > 4)
                {
                    x0 = TSimd.Load(x + (9 * TSimd.Width));
                    s40 = TSimd.MultiplyAdd(w0, x0, s40);
                    s41 = TSimd.MultiplyAdd(w1, x0, s41);
                    s42 = TSimd.MultiplyAdd(w2, x0, s42);
                    s43 = TSimd.MultiplyAdd(w3, x0, s43);
                }

                if (TRows.Count > 5)
                {
                    x0 = TSimd.Load(x + (11 * TSimd.Width));
                    s50 = TSimd.MultiplyAdd(w0, x0, s50);
                    s51 = TSimd.MultiplyAdd(w1, x0, s51);
                    s52 = TSimd.MultiplyAdd(w2, x0, s52);
                    s53 = TSimd.MultiplyAdd(w3, x0, s53);
                }
                p0 += blockBytes;
                p1 += blockBytes;
                p2 += blockBytes;
                p3 += blockBytes;
                x += 2 * TRows.Count * TSimd.Width;
            }

            if (!tail)
            {
                break;
            }

            // The padded blocks take the same way as the others.
            tail = false;
            blocks = 1;
            p0 = tails;
            p1 = p0 + blockBytes;
            p2 = p1 + blockBytes;
            p3 = p2 + blockBytes;
        }

        TSimd.Sum(s00, s01, s02, s03).Store(sums);
        if (TRows.Count > 1)
        {
            TSimd.Sum(s10, s11, s12, s13).Store(sums + TileJob.Outputs);
        }

        if (TRows.Count > 2)
        {
            TSimd.Sum(s20, s21, s22, s23).Store(sums + (2 * TileJob.Outputs));
        }

        if (TRows.Count > 3)
        {
            TSimd.Sum(s30, s31, s32, s33).Store(sums + (3 * TileJob.Outputs));
        }

        if (TRows.Count > 4)
        {
            TSimd.Sum(s40, s41, s42, s43).Store(sums + (4 * TileJob.Outputs));
        }

        if (TRows.Count > 5)
        {
            TSimd.Sum(s50, s51, s52, s53).Store(sums + (5 * TileJob.Outputs));
        }
    }
}
