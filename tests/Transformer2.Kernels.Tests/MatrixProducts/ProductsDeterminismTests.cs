using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests.MatrixProducts;

/// <summary>The bits of a row do not depend on who computes what beside it.</summary>
public sealed unsafe class ProductsDeterminismTests
{
    private const int Most = 70;

    public static TheoryData<InstructionSet, WeightType> SetsAndTypes => Cases.SetsAndTypes;

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void Bits_are_those_of_the_row_alone(InstructionSet set, WeightType type)
    {
        // Inputs with and without a rest; the last is so long that rows are computed in several blocks.
        foreach (var (outputs, inputs) in new[] { (33, 64), (35, 77), (5, 9001) })
        {
            using var weights = new NativeWeights(type, outputs, inputs, seed: inputs);
            using var x = NativeFloats.Random(Most * inputs, seed: 1);
            using var alone = new NativeFloats(Most * outputs);
            using var together = new NativeFloats(Most * outputs);
            using (var pool = new WorkerPool(1))
            using (var products = new Products(KernelSet.For(set), pool))
            {
                for (var row = 0; row < Most; row++)
                {
                    products.Run(Of(weights, x.Pointer + ((long)row * inputs), alone.Pointer + (row * outputs)), 1);
                }
            }

            for (var threads = 1; threads <= 3; threads++)
            {
                using var pool = new WorkerPool(threads);
                using var products = new Products(KernelSet.For(set), pool);
                for (var rows = 1; rows <= Most; rows += inputs > 100 ? 23 : 1)
                {
                    // The last rows: so that a row's place in a tile changes with their number.
                    var first = Most - rows;
                    together.Span.Clear();
                    products.Run(Of(weights, x.Pointer + ((long)first * inputs), together.Pointer), rows);
                    Assert.True(
                        alone.Span[(first * outputs)..].SequenceEqual(together.Span[..(rows * outputs)]), $"{rows} rows, {threads} threads, {inputs} inputs");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void Bits_do_not_depend_on_what_else_the_job_does(InstructionSet set, WeightType type)
    {
        const int rows = 11, outputs = 130, inputs = 200;
        using var weights = new NativeWeights(type, outputs, inputs, seed: 1);
        using var other = new NativeWeights(WeightType.F32, 400, inputs, seed: 2);
        using var x = NativeFloats.Random(rows * inputs, seed: 3);
        using var alone = new NativeFloats(rows * outputs);
        using var beside = new NativeFloats(rows * outputs);
        using var rest = new NativeFloats(rows * 400);
        using var pool = new WorkerPool(2);
        using var products = new Products(KernelSet.For(set), pool);
        products.Run(Of(weights, x.Pointer, alone.Pointer), rows);
        products.Run([Of(other, x.Pointer, rest.Pointer), Of(weights, x.Pointer, beside.Pointer)], rows);

        Assert.Equal(alone.Span.ToArray(), beside.Span.ToArray());
    }

    [Theory]
    [MemberData(nameof(SetsAndTypes))]
    public void Nothing_is_allocated_in_the_steady_state(InstructionSet set, WeightType type)
    {
        using var weights = new NativeWeights(type, 128, 96, seed: 1);
        using var x = NativeFloats.Random(64 * 96, seed: 2);
        using var y = new NativeFloats(64 * 128);
        using var pool = new WorkerPool(2);
        using var products = new Products(KernelSet.For(set), pool);
        foreach (var rows in new[] { 64, 1, 2, 3, 4, 5, 8 })
        {
            products.Run(Of(weights, x.Pointer, y.Pointer), rows);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 50; run++)
        {
            products.Run(Of(weights, x.Pointer, y.Pointer), 1 + run);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Product Of(NativeWeights weights, float* x, float* y) => new()
    {
        Weights = weights.Matrix,
        Input = x,
        InputStride = weights.Matrix.Inputs,
        Output = y,
        OutputStride = weights.Matrix.Outputs,
    };
}
