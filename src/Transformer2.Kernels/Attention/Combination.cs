using System.Runtime.CompilerServices;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Attention;

/// <summary>
/// target[r, c] (+)= sum over i of factors[r, i] x matrix[i, c]: rows of a matrix, weighted. One sum for each element of the target, which takes the rows of
/// the matrix one after the other, so an element's bits do not depend on how the target is cut into tiles, nor the sum into calls.
/// </summary>
internal static unsafe class Combination<TSimd, TVector, TFormat>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TFormat : struct, IWeightFormat<TVector>
{
    private const int WideTile = 4;

    // 16 sums where there are registers for them, else 8.
    private static int TileRows => TSimd.TileRows < WideTile ? TSimd.TileRows : WideTile;

    /// <summary>Computes a target.</summary>
    /// <param name="factors">The first row's first factor.</param>
    /// <param name="factorStride">Floats from one row of factors to the next.</param>
    /// <param name="rows">Rows of the target.</param>
    /// <param name="matrix">The first row of the matrix.</param>
    /// <param name="matrixBytes">Bytes from one row of the matrix to the next.</param>
    /// <param name="count">Rows of the matrix.</param>
    /// <param name="columns">Columns of matrix and target, a multiple of the vector's width.</param>
    /// <param name="target">The first row of the target.</param>
    /// <param name="targetStride">Floats from one row of the target to the next.</param>
    /// <param name="add">Whether to continue the sums that the target holds, instead of starting at zero.</param>
    public static void Run(
        float* factors, long factorStride, int rows, byte* matrix, long matrixBytes, int count, int columns, float* target, long targetStride, bool add)
    {
        for (var row = 0; row < rows; row += TileRows)
        {
            var height = Math.Min(TileRows, rows - row);
            var f = factors + (row * factorStride);
            var t = target + (row * targetStride);
            var column = 0;
            for (; column + (WideTile * TSimd.Width) <= columns; column += WideTile * TSimd.Width)
            {
                Tile<Rows4>(height, f, factorStride, matrix + ((long)column * TFormat.Size), matrixBytes, count, t + column, targetStride, add);
            }

            for (; column < columns; column += TSimd.Width)
            {
                Tile<Rows1>(height, f, factorStride, matrix + ((long)column * TFormat.Size), matrixBytes, count, t + column, targetStride, add);
            }
        }
    }

    private static void Tile<TColumns>(
        int height, float* factors, long factorStride, byte* matrix, long matrixBytes, int count, float* target, long targetStride, bool add)
        where TColumns : struct, IRowCount
    {
        switch (height)
        {
            case 1: Tile<Rows1, TColumns>(factors, factorStride, matrix, matrixBytes, count, target, targetStride, add); break;
            case 2: Tile<Rows2, TColumns>(factors, factorStride, matrix, matrixBytes, count, target, targetStride, add); break;
            case 3: Tile<Rows3, TColumns>(factors, factorStride, matrix, matrixBytes, count, target, targetStride, add); break;
            default: Tile<Rows4, TColumns>(factors, factorStride, matrix, matrixBytes, count, target, targetStride, add); break;
        }
    }

    // Written out, without a call, for the same reasons as RegisterTile. Columns: 1 or 4 vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows, TColumns>(
        float* factors, long factorStride, byte* matrix, long matrixBytes, int count, float* target, long targetStride, bool add)
        where TRows : struct, IRowCount
        where TColumns : struct, IRowCount
    {
        var width = TSimd.Width;
        TVector y00 = TSimd.Zero, y01 = TSimd.Zero, y02 = TSimd.Zero, y03 = TSimd.Zero;
        TVector y10 = y00, y11 = y00, y12 = y00, y13 = y00;
        TVector y20 = y00, y21 = y00, y22 = y00, y23 = y00;
        TVector y30 = y00, y31 = y00, y32 = y00, y33 = y00;
        if (add)
        {
            y00 = TSimd.Load(target);
            if (TColumns.Count > 1)
            {
                y01 = TSimd.Load(target + width);
                y02 = TSimd.Load(target + (2 * width));
                y03 = TSimd.Load(target + (3 * width));
            }

            if (TRows.Count > 1)
            {
                y10 = TSimd.Load(target + targetStride);
            }

            if (TRows.Count > 1 && TColumns.Count > 1)
            {
                y11 = TSimd.Load(target + targetStride + width);
                y12 = TSimd.Load(target + targetStride + (2 * width));
                y13 = TSimd.Load(target + targetStride + (3 * width));
            }

            if (TRows.Count > 2)
            {
                y20 = TSimd.Load(target + (2 * targetStride));
            }

            if (TRows.Count > 2 && TColumns.Count > 1)
            {
                y21 = TSimd.Load(target + (2 * targetStride) + width);
                y22 = TSimd.Load(target + (2 * targetStride) + (2 * width));
                y23 = TSimd.Load(target + (2 * targetStride) + (3 * width));
            }

            if (TRows.Count > 3)
            {
                y30 = TSimd.Load(target + (3 * targetStride));
            }

            if (TRows.Count > 3 && TColumns.Count > 1)
            {
                y31 = TSimd.Load(target + (3 * targetStride) + width);
                y32 = TSimd.Load(target + (3 * targetStride) + (2 * width));
                y33 = TSimd.Load(target + (3 * targetStride) + (3 * width));
            }
        }

        for (; count > 0; count--)
        {
            var m0 = TFormat.Ordered(matrix);
            var m1 = TColumns.Count > 1 ? TFormat.Ordered(matrix + (width * TFormat.Size)) : m0;
            var m2 = TColumns.Count > 1 ? TFormat.Ordered(matrix + (2 * width * TFormat.Size)) : m0;
            var m3 = TColumns.Count > 1 ? TFormat.Ordered(matrix + (3 * width * TFormat.Size)) : m0;
            var factor = TSimd.Broadcast(*factors);
            y00 = TSimd.MultiplyAdd(factor, m0, y00);
            if (TColumns.Count > 1)
            {
                y01 = TSimd.MultiplyAdd(factor, m1, y01);
                y02 = TSimd.MultiplyAdd(factor, m2, y02);
                y03 = TSimd.MultiplyAdd(factor, m3, y03);
            }

            if (TRows.Count > 1)
            {
                factor = TSimd.Broadcast(*(factors + factorStride));
                y10 = TSimd.MultiplyAdd(factor, m0, y10);
                if (TColumns.Count > 1)
                {
                    y11 = TSimd.MultiplyAdd(factor, m1, y11);
                    y12 = TSimd.MultiplyAdd(factor, m2, y12);
                    y13 = TSimd.MultiplyAdd(factor, m3, y13);
                }
            }

            if (TRows.Count > 2)
            {
                factor = TSimd.Broadcast(*(factors + (2 * factorStride)));
                y20 = TSimd.MultiplyAdd(factor, m0, y20);
                if (TColumns.Count > 1)
                {
                    y21 = TSimd.MultiplyAdd(factor, m1, y21);
                    y22 = TSimd.MultiplyAdd(factor, m2, y22);
                    y23 = TSimd.MultiplyAdd(factor, m3, y23);
                }
            }

            if (TRows.Count > 3)
            {
                factor = TSimd.Broadcast(*(factors + (3 * factorStride)));
                y30 = TSimd.MultiplyAdd(factor, m0, y30);
                if (TColumns.Count > 1)
                {
                    y31 = TSimd.MultiplyAdd(factor, m1, y31);
                    y32 = TSimd.MultiplyAdd(factor, m2, y32);
                    y33 = TSimd.MultiplyAdd(factor, m3, y33);
                }
            }

            factors++;
            matrix += matrixBytes;
        }

        TSimd.Store(y00, target);
        if (TColumns.Count > 1)
        {
            TSimd.Store(y01, target + width);
            TSimd.Store(y02, target + (2 * width));
            TSimd.Store(y03, target + (3 * width));
        }

        if (TRows.Count > 1)
        {
            TSimd.Store(y10, target + targetStride);
        }

        if (TRows.Count > 1 && TColumns.Count > 1)
        {
            TSimd.Store(y11, target + targetStride + width);
            TSimd.Store(y12, target + targetStride + (2 * width));
            TSimd.Store(y13, target + targetStride + (3 * width));
        }

        if (TRows.Count > 2)
        {
            TSimd.Store(y20, target + (2 * targetStride));
        }

        if (TRows.Count > 2 && TColumns.Count > 1)
        {
            TSimd.Store(y21, target + (2 * targetStride) + width);
            TSimd.Store(y22, target + (2 * targetStride) + (2 * width));
            TSimd.Store(y23, target + (2 * targetStride) + (3 * width));
        }

        if (TRows.Count > 3)
        {
            TSimd.Store(y30, target + (3 * targetStride));
        }

        if (TRows.Count > 3 && TColumns.Count > 1)
        {
            TSimd.Store(y31, target + (3 * targetStride) + width);
            TSimd.Store(y32, target + (3 * targetStride) + (2 * width));
            TSimd.Store(y33, target + (3 * targetStride) + (3 * width));
        }
    }
}
