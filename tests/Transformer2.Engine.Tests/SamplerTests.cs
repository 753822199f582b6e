namespace Transformer2.Engine.Tests;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1, 3, 2, 0, -1];

    [Fact]
    public void Greedy_takes_the_most_probable_and_the_lowest_id_of_equals()
    {
        Assert.Equal(1, new Sampler(SamplingOptions.Greedy, 0).Next(Logits));
        Assert.Equal(0, new Sampler(SamplingOptions.Greedy, 0).Next([2, 2, 1]));
    }

    [Theory]
    [InlineData(1.0, 0, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(1.0, 2, new[] { 1, 2 })]
    [InlineData(0.7, 0, new[] { 1, 2 })]
    [InlineData(0.01, 0, new[] { 1 })]
    public void Filters_keep_exactly_the_tokens_that_they_should(double topP, int topK, int[] kept)
    {
        var sampler = new Sampler(new SamplingOptions(Temperature: 1, topP, topK, Seed: 5), 0);
        var drawn = Enumerable.Range(0, 5000).Select(_ => sampler.Next(Logits)).Distinct().Order();
        Assert.Equal(kept, drawn);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Draws_follow_the_softmax_of_the_tempered_logits(double temperature)
    {
        const int draws = 40_000;
        var sampler = new Sampler(new SamplingOptions(temperature, Seed: 9), 0);
        var counts = Enumerable.Range(0, draws).Select(_ => sampler.Next(Logits)).CountBy(id => id).ToDictionary();
        var total = Logits.Sum(logit => Math.Exp(logit / temperature));
        for (var id = 0; id < Logits.Length; id++)
            Assert.Equal(Math.Exp(Logits[id] / temperature) / total, counts.GetValueOrDefault(id) / (double)draws, 0.012);
    }
}
