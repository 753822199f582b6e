using Transformer2.Kernels.Sparse;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests.Sparse;

public sealed unsafe class SparseProductsTests
{
    private const int Rank = 60;
    private const int Most = 37;

    public static TheoryData<InstructionSet, WeightType> SetsAndTypes => Cases.SetsAndTypes;

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void A_row_gets_the_directions_that_it_selects(InstructionSet set, WeightType type)
    {
        foreach (var (inputs, outputs) in new[] { (1, 1), (33, 65), (70, 19), (64, 1100) })
        {
            using var selection = new Selection(rows: 5);
            using var v = new NativeWeights(type, Rank, inputs, seed: 1);
            using var u = new NativeWeights(type, Rank, outputs, seed: 2);
            using var x = NativeFloats.Random(5 * inputs, seed: 3);
            using var y = NativeFloats.Random(5 * outputs, seed: 4);
            var before = y.Span.ToArray();
            using var pool = new WorkerPool(2);
            using var products = new SparseProducts(KernelSet.For(set), pool);
            products.Add(v.Matrix, u.Matrix, x.Pointer, inputs, y.Pointer, outputs, selection.Rows);

            y.AssertGuarded();
            var (vRows, uRows) = (v.Rows(), u.Rows());
            for (var row = 0; row < 5; row++)
            {
                var dots = vRows.Select(direction => direction.Select((weight, input) => (double)weight * x.Span[(row * inputs) + input]).Sum()).ToArray();
                for (var output = 0; output < outputs; output++)
                {
                    double expected = before[(row * outputs) + output];
                    for (var index = 0; index < selection.Rows[row].Count; index++)
                    {
                        var direction = selection.Rows[row].Indices[index];
                        expected += selection.Rows[row].Coefficients[index] * dots[direction] * uRows[direction][output];
                    }

                    Assert.Equal(expected, y.Span[(row * outputs) + output], 2e-5);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void Bits_are_those_of_the_row_alone(InstructionSet set, WeightType type)
    {
        const int inputs = 77, outputs = 600, rows = 9;
        using var selection = new Selection(rows);
        using var v = new NativeWeights(type, Rank, inputs, seed: 1);
        using var u = new NativeWeights(type, Rank, outputs, seed: 2);
        using var x = NativeFloats.Random(rows * inputs, seed: 3);
        using var alone = new NativeFloats(rows * outputs);
        using var together = new NativeFloats(rows * outputs);
        for (var threads = 1; threads <= 3; threads++)
        {
            using var pool = new WorkerPool(threads);
            using var products = new SparseProducts(KernelSet.For(set), pool);
            alone.Span.Fill(1);
            together.Span.Fill(1);
            for (var row = 0; row < rows; row++)
            {
                products.Add(
                    v.Matrix, u.Matrix, x.Pointer + (row * inputs), inputs, alone.Pointer + (row * outputs), outputs, selection.Rows.AsSpan(row, 1));
            }

            products.Add(v.Matrix, u.Matrix, x.Pointer, inputs, together.Pointer, outputs, selection.Rows);
            Assert.Equal(alone.Span.ToArray(), together.Span.ToArray());
        }
    }

    [Fact]
    public void Directions_that_do_not_exist_are_refused()
    {
        using var pool = new WorkerPool(1);
        using var products = new SparseProducts(KernelSet.For(), pool);
        using var v = new NativeWeights(WeightType.F32, 4, 8, seed: 1);
        using var u = new NativeWeights(WeightType.F32, 5, 8, seed: 1);
        using var x = NativeFloats.Random(8, seed: 1);
        using var selection = new Selection(rows: 3);

        Assert.Throws<ArgumentException>(() => products.Add(v.Matrix, u.Matrix, x.Pointer, 8, x.Pointer, 8, selection.Rows));
        Assert.Throws<ArgumentException>(() => products.Add(v.Matrix, v.Matrix, x.Pointer, 8, x.Pointer, 8, selection.Rows));
    }

    [Fact]
    public void Nothing_is_allocated_in_the_steady_state()
    {
        using var pool = new WorkerPool(2);
        using var products = new SparseProducts(KernelSet.For(), pool);
        using var v = new NativeWeights(WeightType.BF16, Rank, 40, seed: 1);
        using var x = NativeFloats.Random(3 * 40, seed: 1);
        using var y = new NativeFloats(3 * 40);
        using var selection = new Selection(rows: 3);
        products.Add(v.Matrix, v.Matrix, x.Pointer, 40, y.Pointer, 40, selection.Rows);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 20; run++)
        {
            products.Add(v.Matrix, v.Matrix, x.Pointer, 40, y.Pointer, 40, selection.Rows);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Random directions for each row; the first row has none.</summary>
    private sealed class Selection : IDisposable
    {
        private readonly NativeFloats _coefficients;
        private readonly NativeFloats _indices;

        public Selection(int rows)
        {
            _coefficients = NativeFloats.Random(rows * Most, seed: 5);
            _indices = new NativeFloats(rows * Most);
            Rows = new SparseRow[rows];
            var random = new Random(6);
            for (var row = 0; row < rows; row++)
            {
                var indices = (int*)_indices.Pointer + (row * Most);
                for (var index = 0; index < Most; index++)
                {
                    indices[index] = random.Next(Rank);
                }

                Rows[row] = new SparseRow
                {
                    Indices = indices,
                    Coefficients = _coefficients.Pointer + (row * Most),
                    Count = row == 0 ? 0 : random.Next(1, Most + 1),
                };
            }
        }

        public SparseRow[] Rows { get; }

        public void Dispose()
        {
            _coefficients.Dispose();
            _indices.Dispose();
        }
    }
}
