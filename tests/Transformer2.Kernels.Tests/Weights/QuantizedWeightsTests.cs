using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests.Weights;

public sealed unsafe class QuantizedWeightsTests
{
    [Theory]
    [InlineData(WeightType.F32)]
    [InlineData(WeightType.BF16)]
    public void A_weight_is_off_by_half_a_step_at_most(WeightType type)
    {
        using var source = new NativeWeights(type, 9, 50, seed: 1);
        using var quantized = QuantizedWeights.Of(source.Matrix);
        var rows = source.Rows();
        var actual = new float[50];
        for (var output = 0; output < 9; output++)
        {
            quantized.Matrix.CopyRow(output, actual);
            var step = rows[output].Max(Math.Abs) / 127;
            Assert.Equal(step, quantized.Matrix.Scales[output]);
            for (var input = 0; input < 50; input++)
            {
                Assert.InRange(actual[input], rows[output][input] - (0.501f * step), rows[output][input] + (0.501f * step));
            }
        }
    }

    [Fact]
    public void An_output_of_zeros_stays_zero()
    {
        using var zeros = new NativeFloats(6);
        using var quantized = QuantizedWeights.Of(new WeightMatrix(zeros.Pointer, WeightType.F32, 2, 3));
        var row = new float[3];
        quantized.Matrix.CopyRow(1, row);
        Assert.Equal([0f, 0f, 0f], row);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused()
    {
        using var weights = new NativeFloats(6);
        weights.Span[4] = float.NaN;
        Assert.Throws<ArgumentException>(() => QuantizedWeights.Of(new WeightMatrix(weights.Pointer, WeightType.F32, 2, 3)));
    }

    [Fact]
    public void Scales_belong_to_int8_weights()
    {
        using var memory = new NativeFloats(6);
        Assert.Throws<ArgumentException>(() => new WeightMatrix(memory.Pointer, WeightType.Int8, 2, 3));
        Assert.Throws<ArgumentException>(() => new WeightMatrix(memory.Pointer, WeightType.F32, 2, 3, memory.Pointer));
    }
}
