using TorchSharp;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Svf;

/// <summary>A 3x2 matrix whose decomposition is known by hand.</summary>
public sealed class HandComputedTests
{
    private static readonly double[] W = [26 / 15.0, 18 / 15.0, 14 / 15.0, 27 / 15.0, 1 / 15.0, 18 / 15.0];

    public static TheoryData<double[], SvfComposition, double[]> Adapted => new()
    {
        { [1, 1], SvfComposition.Plain, W },
        { [0.3, 0.3], SvfComposition.Renormalized, W },
        { [0.5, 2], SvfComposition.Plain, [5 / 3.0, 0, 1 / 15.0, 6 / 5.0, -23 / 30.0, 6 / 5.0] },
        { [0.5, 2], SvfComposition.Renormalized, [40 / 21.0, 0, 8 / 105.0, 48 / 35.0, -92 / 105.0, 48 / 35.0] },
        { [1, -2], SvfComposition.Renormalized, [8 / 15.0, 48 / 5.0, 104 / 15.0, 24 / 5.0, 20 / 3.0, 0] },
    };

    [Fact]
    public void Decomposition_finds_the_singular_values_in_falling_order()
    {
        using var scope = NewDisposeScope();
        using var factors = SvdFactors.Compute(Matrix());
        Oracle.AssertClose(factors.Sigma, tensor(new[] { 3.0, 1.0 }), 1e-6, 0);
    }

    [Theory]
    [MemberData(nameof(Adapted))]
    public void Composed_matrix_is_the_one_by_hand(double[] mask, SvfComposition composition, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var factors = SvdFactors.Compute(Matrix());
        var z = EffectiveMultipliers.Compute(factors.Sigma, tensor(mask, ScalarType.Float32), composition);
        Oracle.AssertClose(factors.Compose(z), tensor(expected, [3, 2]), 1e-5, 0);
    }

    [Theory]
    [MemberData(nameof(Adapted))]
    public void Wide_matrix_gives_the_transposed_result(double[] mask, SvfComposition composition, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var factors = SvdFactors.Compute(Matrix().t());
        var z = EffectiveMultipliers.Compute(factors.Sigma, tensor(mask, ScalarType.Float32), composition);
        Oracle.AssertClose(factors.Compose(z).t(), tensor(expected, [3, 2]), 1e-5, 0);
    }

    [Theory]
    [InlineData(SvfComposition.Plain, 23 / 5.0, 28 / 15.0)]
    [InlineData(SvfComposition.Renormalized, -32 / 49.0, 8 / 49.0)]
    public void Gradient_is_the_one_by_hand(SvfComposition composition, double first, double second)
    {
        using var scope = NewDisposeScope();
        using var factors = SvdFactors.Compute(Matrix());
        var mask = tensor(new[] { 0.5f, 2f }).requires_grad_(true);
        var upstream = tensor(new float[] { 1, 0, 0, 2, -1, 1 }, [3, 2]);

        (factors.Compose(EffectiveMultipliers.Compute(factors.Sigma, mask, composition)) * upstream).sum().backward();

        Oracle.AssertClose(mask.grad!, tensor(new[] { first, second }), 1e-5, 0);
    }

    [Fact]
    public void Gradient_through_the_sigmoid_is_the_one_by_hand()
    {
        using var scope = NewDisposeScope();
        using var factors = SvdFactors.Compute(Matrix());
        var p = tensor(new[] { 0.1f, -0.2f }).requires_grad_(true);
        var upstream = tensor(new float[] { 1, 0, 0, 2, -1, 1 }, [3, 2]);

        (factors.Compose(EffectiveMultipliers.Compute(factors.Sigma, p.sigmoid(), SvfComposition.Renormalized)) * upstream).sum().backward();

        Oracle.AssertClose(p.grad!, tensor(new[] { -0.1094946583, 0.1267394693 }), 1e-5, 0);
    }

    private static Tensor Matrix() => tensor(W, [3, 2]);
}
