using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests.MatrixProducts;

/// <summary>Products against sums in double precision.</summary>
public sealed unsafe class ProductsTests
{
    private static readonly int[] Inputs = [1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 47, 63, 64, 65, 100, 257];

    public static TheoryData<InstructionSet, WeightType> SetsAndTypes => Cases.SetsAndTypes;

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void A_product_is_the_sum_over_inputs_for_all_remainders(InstructionSet set, WeightType type)
    {
        using var pool = new WorkerPool(1);
        using var products = new Products(KernelSet.For(set), pool);
        foreach (var inputs in Inputs)
        {
            foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 7, 13 })
            {
                for (var outputs = 1; outputs <= 9; outputs++)
                {
                    Check(products, type, rows, outputs, inputs, multiply: false, accumulate: false);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void Multipliers_come_before_accumulation(InstructionSet set, WeightType type)
    {
        using var pool = new WorkerPool(2);
        using var products = new Products(KernelSet.For(set), pool);
        foreach (var rows in new[] { 1, 2, 5, 9 })
        {
            Check(products, type, rows, outputs: 37, inputs: 70, multiply: true, accumulate: false);
            Check(products, type, rows, outputs: 37, inputs: 70, multiply: false, accumulate: true);
            Check(products, type, rows, outputs: 37, inputs: 70, multiply: true, accumulate: true);
        }
    }

    [Fact]
    public void A_row_without_multipliers_is_not_multiplied()
    {
        using var pool = new WorkerPool(1);
        using var products = new Products(KernelSet.For(), pool);
        using var weights = new NativeWeights(WeightType.BF16, 5, 40, seed: 1);
        using var x = NativeFloats.Random(2 * 40, seed: 2);
        using var twice = new NativeFloats(5);
        using var plain = new NativeFloats(10);
        using var mixed = new NativeFloats(10);
        twice.Span.Fill(2);
        var multipliers = stackalloc float*[] { null, twice.Pointer };
        var product = new Product { Weights = weights.Matrix, Input = x.Pointer, InputStride = 40, Output = plain.Pointer, OutputStride = 5 };
        products.Run(product, 2);
        products.Run(product with { Output = mixed.Pointer, Multipliers = multipliers }, 2);

        Assert.Equal(plain.Span[..5].ToArray(), mixed.Span[..5].ToArray());
        Assert.Equal([.. plain.Span[5..].ToArray().Select(value => 2 * value)], mixed.Span[5..].ToArray());
    }

    [Fact]
    public void Products_of_one_job_may_differ_in_type_size_and_input()
    {
        using var pool = new WorkerPool(3);
        using var products = new Products(KernelSet.For(), pool);
        using var f32 = new NativeWeights(WeightType.F32, 50, 96, seed: 1);
        using var bf16 = new NativeWeights(WeightType.BF16, 301, 96, seed: 2);
        using var int8 = new NativeWeights(WeightType.Int8, 7, 33, seed: 3);
        using var x = NativeFloats.Random(9 * 96, seed: 4);
        using var other = NativeFloats.Random(9 * 33, seed: 5);
        using var y = new NativeFloats(9 * 358);
        products.Run(
            [
                new Product { Weights = f32.Matrix, Input = x.Pointer, InputStride = 96, Output = y.Pointer, OutputStride = 358 },
                new Product { Weights = bf16.Matrix, Input = x.Pointer, InputStride = 96, Output = y.Pointer + 50, OutputStride = 358 },
                new Product { Weights = int8.Matrix, Input = other.Pointer, InputStride = 33, Output = y.Pointer + 351, OutputStride = 358 },
            ],
            rows: 9);

        var rows = f32.Rows().Concat(bf16.Rows()).Concat(int8.Rows()).ToArray();
        for (var row = 0; row < 9; row++)
        {
            for (var output = 0; output < rows.Length; output++)
            {
                var input = output < 351 ? x.Span.Slice(row * 96, 96) : other.Span.Slice(row * 33, 33);
                AssertNear(input, rows[output], 1, 0, y.Span[(row * 358) + output]);
            }
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_passes_through_to_its_row_alone(float value)
    {
        using var pool = new WorkerPool(2);
        using var products = new Products(KernelSet.For(), pool);
        using var weights = new NativeWeights(WeightType.F32, 8, 48, seed: 1);
        using var x = NativeFloats.Random(6 * 48, seed: 2);
        using var y = new NativeFloats(6 * 8);
        x.Span[(3 * 48) + 5] = value;
        products.Run(new Product { Weights = weights.Matrix, Input = x.Pointer, InputStride = 48, Output = y.Pointer, OutputStride = 8 }, 6);

        for (var index = 0; index < y.Length; index++)
        {
            Assert.Equal(index / 8 != 3, float.IsFinite(y.Span[index]));
        }
    }

    [Fact]
    public void A_stride_shorter_than_a_row_is_refused()
    {
        using var pool = new WorkerPool(1);
        using var products = new Products(KernelSet.For(), pool);
        using var weights = new NativeWeights(WeightType.F32, 8, 48, seed: 1);
        using var x = NativeFloats.Random(96, seed: 2);
        var product = new Product { Weights = weights.Matrix, Input = x.Pointer, InputStride = 47, Output = x.Pointer, OutputStride = 8 };

        Assert.Throws<ArgumentException>(() => products.Run(product, 2));
        Assert.Throws<ArgumentException>(() => products.Run(product with { InputStride = 48, OutputStride = 7 }, 2));
    }

    private static void Check(Products products, WeightType type, int rows, int outputs, int inputs, bool multiply, bool accumulate)
    {
        using var weights = new NativeWeights(type, outputs, inputs, seed: inputs);
        var (xs, ys) = (inputs + 3, outputs + 5);
        using var x = NativeFloats.Random(rows * xs, seed: rows);
        using var y = NativeFloats.Random(rows * ys, seed: 7);
        using var z = NativeFloats.Random(rows * outputs, seed: 8);
        var before = y.Span.ToArray();
        var multipliers = stackalloc float*[rows];
        for (var row = 0; row < rows; row++)
        {
            multipliers[row] = z.Pointer + (row * outputs);
        }

        products.Run(
            new Product
            {
                Weights = weights.Matrix,
                Input = x.Pointer,
                InputStride = xs,
                Output = y.Pointer,
                OutputStride = ys,
                Multipliers = multiply ? multipliers : null,
                Accumulate = accumulate,
            },
            rows);

        y.AssertGuarded();
        var w = weights.Rows();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < ys; column++)
            {
                var index = (row * ys) + column;
                if (column >= outputs)
                {
                    Assert.Equal(before[index], y.Span[index]);
                    continue;
                }

                AssertNear(
                    x.Span.Slice(row * xs, inputs), w[column], multiply ? z.Span[(row * outputs) + column] : 1, accumulate ? before[index] : 0, y.Span[index]);
            }
        }
    }

    private static void AssertNear(ReadOnlySpan<float> x, float[] w, float multiplier, float before, float actual)
    {
        double sum = 0, magnitude = 0;
        for (var input = 0; input < w.Length; input++)
        {
            sum += (double)x[input] * w[input];
            magnitude += Math.Abs((double)x[input] * w[input]);
        }

        var expected = (sum * multiplier) + before;
        // Rounding: a few units of the last place of what was added up.
        var tolerance = 1e-6 * ((magnitude * Math.Abs(multiplier)) + Math.Abs(before));
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{actual} instead of {expected}");
    }
}
