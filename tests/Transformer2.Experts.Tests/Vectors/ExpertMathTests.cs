namespace Transformer2.Experts.Tests.Vectors;

/// <summary>The hand-computed 3 x 2 example: U, V orthonormal, sigma = (3, 1), W = U diag(sigma) V^T.</summary>
public sealed class ExpertMathTests
{
    private static readonly float[] Sigma = [3, 1];
    private static readonly double[][] U = [[2 / 3.0, -2 / 3.0], [2 / 3.0, 1 / 3.0], [1 / 3.0, 2 / 3.0]];
    private static readonly double[][] V = [[0.6, -0.8], [0.8, 0.6]];

    [Theory]
    [InlineData(new[] { 1f, 1f }, new[] { 1.0, 1.0 })]
    [InlineData(new[] { 0.3f, 0.3f }, new[] { 1.0, 1.0 })]
    [InlineData(new[] { 0.5f, 2f }, new[] { 4 / 7.0, 16 / 7.0 })]
    [InlineData(new[] { 1f, -2f }, new[] { 4.0, -8.0 })]
    [InlineData(new[] { 0.1f, -0.2f }, new[] { 4.0, -8.0 })]
    [InlineData(new[] { 0.675f, 1.6f }, new[] { 0.7448275862, 1.7655172414 })]
    [InlineData(new[] { 1.35f, 3.2f }, new[] { 0.7448275862, 1.7655172414 })]
    public void Renormalisation_gives_the_effective_multipliers(float[] mu, double[] z) => Near(z, ExpertMath.Renormalize(Sigma, mu));

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(1f, -3f)]
    [InlineData(-1f, -1f)]
    [InlineData(float.NaN, 1f)]
    public void Renormalisation_refuses_sums_that_are_not_positive(float first, float second) => Assert.Equal(
        "NON_POSITIVE_SUM",
        Assert.Throws<ExpertCompositionException>(() => ExpertMath.Renormalize(Sigma, [first, second])).Reason);

    [Fact]
    public void The_sigmoid_mask_is_the_published_one()
    {
        var mu = ExpertMath.Sigmoid([0.1f, -0.2f]);
        Near([0.5249791875, 0.4501660027], mu);
        Near([1.0369428932, 0.8891713203], ExpertMath.Renormalize(Sigma, mu));
        Near([1.049958375, 0.9003320054], ExpertMath.Sigmoid([0.1f, -0.2f], maxMult: 2));
    }

    [Fact]
    public void The_adapted_weights_are_the_hand_computed_ones()
    {
        NearMatrix([26 / 15.0, 18 / 15.0, 14 / 15.0, 27 / 15.0, 1 / 15.0, 18 / 15.0], Adapted([1, 1]));
        NearMatrix([5 / 3.0, 0, 1 / 15.0, 6 / 5.0, -23 / 30.0, 6 / 5.0], Adapted([0.5f, 2]));
        NearMatrix(
            [40 / 21.0, 0, 8 / 105.0, 48 / 35.0, -92 / 105.0, 48 / 35.0], Adapted(ExpertMath.Renormalize(Sigma, [0.5f, 2])));
        NearMatrix(
            [1.8354022989, 0.4855172414, 0.4229885057, 1.5448275862, -0.4947126437, 1.3020689655],
            Adapted(ExpertMath.Renormalize(Sigma, [0.675f, 1.6f])));
        NearMatrix(
            [1.7185561760, 1.3034401011, 1.0072191198, 1.8369428932, 0.1479410318, 1.1852228427],
            Adapted(ExpertMath.Renormalize(Sigma, ExpertMath.Sigmoid([0.1f, -0.2f]))));
    }

    private static double[] Adapted(float[] z) =>
    [
        .. from row in U
           from column in V
           select (row[0] * Sigma[0] * z[0] * column[0]) + (row[1] * Sigma[1] * z[1] * column[1]),
    ];

    private static void Near(double[] expected, float[] actual) => NearMatrix(expected, Array.ConvertAll(actual, value => (double)value));

    private static void NearMatrix(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-6));
    }
}
