using Transformer2.Adaptation.Search;

namespace Transformer2.Adaptation.Tests.Search;

public sealed class SimplexTests
{
    [Theory]
    [InlineData(new[] { 0.2, 0.3 }, new[] { 0.2, 0.3 })]
    [InlineData(new[] { -1, 0.3 }, new[] { 0, 0.3 })]
    [InlineData(new[] { -1.0, -2 }, new[] { 0.0, 0 })]
    [InlineData(new[] { 1.0, 1 }, new[] { 0.5, 0.5 })]
    [InlineData(new[] { 2.0, 0.5 }, new[] { 1.0, 0 })]
    [InlineData(new[] { 0.9, 0.3, -5 }, new[] { 0.8, 0.2, 0 })]
    [InlineData(new[] { 7.0 }, new[] { 1.0 })]
    public void Weights_move_to_the_nearest_allowed_ones(double[] weights, double[] projected)
    {
        Simplex.Project(weights, groups: 1);
        Assert.All(projected.Zip(weights), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
    }

    [Fact]
    public void No_allowed_weights_are_nearer()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 300; trial++)
        {
            var weights = Enumerable.Range(0, 4).Select(_ => (random.NextDouble() * 3) - 1).ToArray();
            var projected = (double[])weights.Clone();
            Simplex.Project(projected, groups: 1);
            Assert.All(projected, weight => Assert.True(weight >= 0));
            Assert.InRange(projected.Sum(), 0, 1 + 1e-12);
            for (var other = 0; other < 50; other++)
            {
                var shares = Enumerable.Range(0, 5).Select(_ => -Math.Log(1 - random.NextDouble())).ToArray();
                Assert.True(Distance(weights, projected) <= Distance(weights, [.. shares.Take(4).Select(share => share / shares.Sum())]) + 1e-12);
            }
        }
    }

    [Fact]
    public void Each_group_is_moved_by_itself()
    {
        double[] weights = [1, 0.1, 1, 0.2];
        Simplex.Project(weights, groups: 2);
        Assert.Equal([0.5, 0.1, 0.5, 0.2], weights);
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
}
