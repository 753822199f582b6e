namespace Transformer2.Engine.Tests.Sampling;

public sealed class SamplerTests
{
    private static readonly float[] Logits = [1, 3, 2, 0, -1];

    [Fact]
    public void Greedy_takes_the_most_probable_and_the_lowest_id_of_equals()
    {
        Assert.Equal(1, new Sampler(SamplingOptions.Greedy, [], 0).Next([.. Logits]));
        Assert.Equal(0, new Sampler(SamplingOptions.Greedy, [], 0).Next([2, 2, 1]));
    }

    [Theory]
    [InlineData(1.0, 0, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(1.0, 2, new[] { 1, 2 })]
    [InlineData(0.7, 0, new[] { 1, 2 })]
    [InlineData(0.01, 0, new[] { 1 })]
    public void Filters_keep_exactly_the_tokens_that_they_should(double topP, int topK, int[] kept)
    {
        var sampler = new Sampler(new SamplingOptions(Temperature: 1, topP, topK, Seed: 5), [], 0);
        var drawn = Enumerable.Range(0, 5000).Select(_ => sampler.Next([.. Logits])).Distinct().Order();
        Assert.Equal(kept, drawn);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Draws_follow_the_softmax_of_the_tempered_logits(double temperature)
    {
        const int draws = 40_000;
        var sampler = new Sampler(new SamplingOptions(temperature, Seed: 9), [], 0);
        var counts = Enumerable.Range(0, draws).Select(_ => sampler.Next([.. Logits])).CountBy(id => id).ToDictionary();
        var total = Logits.Sum(logit => Math.Exp(logit / temperature));
        for (var id = 0; id < Logits.Length; id++)
            Assert.Equal(Math.Exp(Logits[id] / temperature) / total, counts.GetValueOrDefault(id) / (double)draws, 0.012);
    }

    [Fact]
    public void Greedy_heeds_bias_and_penalties()
    {
        Assert.Equal(4, Greedy(new() { LogitBias = new Dictionary<int, double> { [4] = 5 } }));
        Assert.Equal(2, Greedy(new() { RepetitionPenalty = 2 }, prompt: [1]));
        Assert.Equal(1, Greedy(new() { PresencePenalty = 2 }, prompt: [1]));

        var sampler = new Sampler(new SamplingOptions { FrequencyPenalty = 0.75 }, [], 0);
        Assert.Equal([1, 1, 2, 1], Enumerable.Range(0, 4).Select(_ => sampler.Next([.. Logits])));

        static int Greedy(SamplingOptions options, int[]? prompt = null) => new Sampler(options, prompt ?? [], 0).Next([.. Logits]);
    }

    [Fact]
    public void Top_k_keeps_what_equals_the_last_that_it_keeps()
    {
        using var distribution = TokenDistribution.Of([2, 3, 2, 1, 2], new SamplingOptions(Temperature: 1, TopK: 2));
        int[] kept = new int[distribution.Count];
        for (var i = 0; i < kept.Length; i++) kept[i] = distribution.Id(i);
        Assert.Equal([1, 0, 2, 4], kept);
    }

    [Theory]
    [InlineData(1e-40)]
    [InlineData(1e-300)]
    [InlineData(2.0)]
    public void Extreme_values_give_a_distribution(double temperature)
    {
        var sampler = new Sampler(new SamplingOptions(temperature, TopP: 0.9, Seed: 1) { RepetitionPenalty = 1e-30, MinP = 1 }, [0, 1, 2], 0);
        Assert.Equal(0, sampler.Next([float.MaxValue, -float.MaxValue, 0]));
    }
}
