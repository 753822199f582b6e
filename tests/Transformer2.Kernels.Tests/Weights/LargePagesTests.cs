using System.Runtime.InteropServices;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests.Weights;

public sealed unsafe class LargePagesTests
{
    [Fact]
    public void Weights_stay_where_and_what_they_are()
    {
        // Larger and smaller than a page, and none at a page's beginning.
        var matrices = new[] { (1000, 1500), (7, 5), (300, 400), (1, 1), (900, 1300) }.Select(shape => Matrix(shape.Item1, shape.Item2)).ToArray();
        try
        {
            var moved = LargePages.Move(matrices);
            LargePages.Prepare(matrices[0].Data, matrices[0].RowBytes * matrices[0].Outputs);

            Assert.InRange(moved, 0, matrices.Sum(matrix => matrix.RowBytes * matrix.Outputs) + (matrices.Length * (4L << 20)));
            Assert.All(matrices, matrix => Assert.Equal(Enumerable.Range(0, matrix.Inputs * matrix.Outputs).Select(i => (float)i), Weights(matrix)));
        }
        finally
        {
            foreach (var matrix in matrices) NativeMemory.AlignedFree(matrix.Data);
        }
    }

    [Fact]
    public void No_weights_are_moved_to_nowhere() => Assert.Equal(0, LargePages.Move([]));

    private static float[] Weights(WeightMatrix matrix) => new Span<float>(matrix.Data, matrix.Inputs * matrix.Outputs).ToArray();

    private static WeightMatrix Matrix(int outputs, int inputs)
    {
        var data = (float*)NativeMemory.AlignedAlloc((nuint)(outputs * inputs * sizeof(float)), 64);
        for (var i = 0; i < outputs * inputs; i++) data[i] = i;
        return new WeightMatrix(data, WeightType.F32, outputs, inputs);
    }
}
