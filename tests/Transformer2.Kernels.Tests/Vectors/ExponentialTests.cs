using System.Runtime.Intrinsics;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Tests.Vectors;

public sealed class ExponentialTests
{
    [Fact]
    public void It_is_as_exact_as_a_float_allows()
    {
        for (var x = -104f; x < 88.7f; x += 0.00917f)
        {
            var expected = Math.Exp(x);
            // Two units of the last place; below the normal numbers their distance is fixed.
            var tolerance = Math.Max(expected * 2.4e-7, 1.5e-45);
            Assert.All(All(x), actual => Assert.Equal(expected, actual, tolerance));
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(float.NegativeInfinity, 0)]
    [InlineData(-110, 0)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(89.5f, float.PositiveInfinity)]
    [InlineData(float.NaN, float.NaN)]
    public void Ends_are_exact(float x, float expected) => Assert.All(All(x), actual => Assert.Equal(expected, actual));

    [Fact]
    public void The_widest_vectors_give_what_one_number_gives()
    {
        var random = new Random(1);
        for (var run = 0; run < 1000; run++)
        {
            Assert.Single(All((random.NextSingle() * 200) - 108).Distinct());
        }
    }

    private static float[] All(float x) =>
    [
        Exponential<SimdScalar, float>.Of(x),
        Exponential<Simd128, Vector128<float>>.Of(Vector128.Create(x))[3],
        Exponential<Simd256, Vector256<float>>.Of(Vector256.Create(x))[7],
        Exponential<Simd512, Vector512<float>>.Of(Vector512.Create(x))[15],
    ];
}
