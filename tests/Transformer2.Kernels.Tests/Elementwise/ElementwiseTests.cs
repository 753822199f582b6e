using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Tests.Elementwise;

public sealed unsafe class ElementwiseTests
{
    private static readonly int[] Sizes = [1, 2, 3, 4, 7, 8, 15, 16, 17, 33, 100, 576];

    public static TheoryData<InstructionSet> Sets => Cases.AllSets;

    [Theory]
    [MemberData(nameof(Sets))]
    public void RmsNorm_divides_by_the_root_of_the_mean_square(InstructionSet set)
    {
        foreach (var size in Sizes)
        {
            using var x = NativeFloats.Random(size, seed: size, scale: 3);
            using var gain = NativeFloats.Random(size, seed: 1);
            using var y = new NativeFloats(size);
            KernelSet.For(set).RmsNorm(x.Pointer, gain.Pointer, y.Pointer, size, 1e-5f);

            y.AssertGuarded();
            var root = Math.Sqrt((x.Span.ToArray().Sum(value => (double)value * value) / size) + 1e-5f);
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(x.Span[index] / root * gain.Span[index], y.Span[index], 1e-6);
            }

            KernelSet.For(set).RmsNorm(x.Pointer, gain.Pointer, x.Pointer, size, 1e-5f);
            Assert.Equal(y.Span.ToArray(), x.Span.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void SwiGlu_gates(InstructionSet set)
    {
        foreach (var size in Sizes)
        {
            using var gate = NativeFloats.Random(size, seed: size, scale: 20);
            using var up = NativeFloats.Random(size, seed: 1);
            using var y = new NativeFloats(size);
            KernelSet.For(set).SwiGlu(gate.Pointer, up.Pointer, y.Pointer, size);

            y.AssertGuarded();
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(gate.Span[index] / (1 + Math.Exp(-gate.Span[index])) * up.Span[index], y.Span[index], 3e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Extreme_gates_open_or_close(InstructionSet set)
    {
        using var gate = new NativeFloats(20);
        using var up = new NativeFloats(20);
        up.Span.Fill(2);
        for (var index = 0; index < 20; index += 4)
        {
            (gate.Span[index], gate.Span[index + 1], gate.Span[index + 2], gate.Span[index + 3]) = (-1000, 1000, float.NaN, float.PositiveInfinity);
        }

        KernelSet.For(set).SwiGlu(gate.Pointer, up.Pointer, gate.Pointer, 20);
        for (var index = 0; index < 20; index += 4)
        {
            Assert.Equal([0, 2000, float.NaN, float.PositiveInfinity], gate.Span.Slice(index, 4).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Rotation_turns_pairs_of_half_a_head_apart(InstructionSet set)
    {
        foreach (var (headDim, rotaryDim) in new[] { (2, 2), (6, 4), (20, 20), (64, 64), (80, 32) })
        {
            using var heads = NativeFloats.Random(3 * headDim, seed: headDim);
            using var cosines = new NativeFloats(rotaryDim / 2);
            using var sines = new NativeFloats(rotaryDim / 2);
            for (var index = 0; index < rotaryDim / 2; index++)
            {
                (sines.Span[index], cosines.Span[index]) = MathF.SinCos(1 + index);
            }

            var before = heads.Span.ToArray();
            KernelSet.For(set).RotaryEmbedding(heads.Pointer, 3, headDim, rotaryDim, cosines.Pointer, sines.Pointer);

            heads.AssertGuarded();
            for (var index = 0; index < heads.Length; index++)
            {
                var (start, place) = (index / headDim * headDim, index % headDim);
                var pair = place % (rotaryDim / 2);
                var (low, high) = (before[start + pair], before[start + pair + (rotaryDim / 2)]);
                var (sine, cosine) = Math.SinCos(1 + pair);
                var expected = place >= rotaryDim ? before[index]
                    : place < rotaryDim / 2 ? (low * cosine) - (high * sine)
                    : (high * cosine) + (low * sine);
                Assert.Equal(expected, heads.Span[index], 1e-6);
            }
        }
    }
}
