using System.Runtime.CompilerServices;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Sparse;

/// <summary>target[c] += sum over j of coefficient[j] x matrix[row[j], c]: one sum for each column, which takes the rows in their order.</summary>
internal static unsafe class WeightedRows<TSimd, TVector, TFormat>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TFormat : struct, IWeightFormat<TVector>
{
    private const int MaxWidth = 16;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in WeightMatrix matrix, int* rows, float* coefficients, int count, float* target, int first, int end)
    {
        var start = (byte*)matrix.Data;
        var rowBytes = matrix.RowBytes;
        var scales = matrix.Scales;
        var width = TSimd.Width;
        var column = first;
        // Four vectors: long enough stretches of a row, and sums enough to hide each other's latency.
        for (; column + (4 * width) <= end; column += 4 * width)
        {
            var to = target + column;
            var (a, b, c, d) = (TSimd.Load(to), TSimd.Load(to + width), TSimd.Load(to + (2 * width)), TSimd.Load(to + (3 * width)));
            for (var index = 0; index < count; index++)
            {
                var from = start + (rows[index] * rowBytes) + ((long)column * TFormat.Size);
                var factor = TSimd.Broadcast(scales == null ? coefficients[index] : coefficients[index] * scales[rows[index]]);
                a = TSimd.MultiplyAdd(factor, TFormat.Ordered(from), a);
                b = TSimd.MultiplyAdd(factor, TFormat.Ordered(from + (width * TFormat.Size)), b);
                c = TSimd.MultiplyAdd(factor, TFormat.Ordered(from + (2 * width * TFormat.Size)), c);
                d = TSimd.MultiplyAdd(factor, TFormat.Ordered(from + (3 * width * TFormat.Size)), d);
            }

            TSimd.Store(a, to);
            TSimd.Store(b, to + width);
            TSimd.Store(c, to + (2 * width));
            TSimd.Store(d, to + (3 * width));
        }

        for (; column < end; column += width)
        {
            AddColumns(start, rowBytes, scales, rows, coefficients, count, target, column, Math.Min(width, end - column));
        }
    }

    // One vector of columns or less: a short one is copied, because behind it lies memory that is not ours.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddColumns(
        byte* start, long rowBytes, float* scales, int* rows, float* coefficients, int count, float* target, int column, int columns)
    {
        var sums = stackalloc float[MaxWidth];
        var weights = stackalloc byte[MaxWidth * sizeof(float)];
        for (var index = 0; index < columns; index++)
        {
            sums[index] = target[column + index];
        }

        var sum = TSimd.Load(sums);
        for (var index = 0; index < count; index++)
        {
            var from = start + (rows[index] * rowBytes) + ((long)column * TFormat.Size);
            for (var position = 0; position < columns * TFormat.Size; position++)
            {
                weights[position] = from[position];
            }

            var factor = TSimd.Broadcast(scales == null ? coefficients[index] : coefficients[index] * scales[rows[index]]);
            sum = TSimd.MultiplyAdd(factor, TFormat.Ordered(weights), sum);
        }

        TSimd.Store(sum, sums);
        for (var index = 0; index < columns; index++)
        {
            target[column + index] = sums[index];
        }
    }
}
