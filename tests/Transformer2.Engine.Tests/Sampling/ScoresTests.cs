namespace Transformer2.Engine.Tests.Sampling;

public sealed class ScoresTests
{
    [Fact]
    public void Every_length_and_place_is_seen()
    {
        for (var length = 1; length <= 70; length++)
        {
            for (var place = 0; place < length; place++)
            {
                var scores = Enumerable.Repeat(-3f, length).ToArray();
                scores[place] = 2;
                if (place + 2 < length) scores[place + 2] = 2;
                Assert.Equal((place, 2f), (Scores.ArgMax(scores), Scores.Max(scores)));
                Assert.True(Scores.AllFinite(scores));
                foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
                {
                    scores[place] = bad;
                    Assert.False(Scores.AllFinite(scores));
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1000)]
    public void Exponentials_are_those_of_the_scalar_function(int length)
    {
        var random = new Random(length);
        var scores = Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() * 200) - 150)).ToArray();
        scores[length / 2] = float.NegativeInfinity;
        var values = new double[length];

        var sum = Scores.Exponentials(scores, values);

        for (var i = 0; i < length; i++) Assert.Equal(Math.Exp(scores[i]), values[i], Math.Exp(scores[i]) * 1e-14);
        Assert.Equal(scores.Sum(score => Math.Exp(score)), sum, sum * 1e-13);
        Assert.Equal(scores.Sum(score => Math.Exp(score - 7.5)), Scores.SumOfExponentials(scores, 7.5), sum * 1e-13);
    }
}
