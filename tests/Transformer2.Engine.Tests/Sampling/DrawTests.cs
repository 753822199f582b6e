namespace Transformer2.Engine.Tests.Sampling;

/// <summary>Draws, against a reference that is written to be read.</summary>
public sealed class DrawTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(1000)]
    public void Every_draw_is_that_of_the_reference(int vocabulary)
    {
        var random = new Random(vocabulary);
        for (var round = 0; round < 1000; round++)
        {
            var options = new SamplingOptions(
                Temperature: random.Next(5) == 0 ? 0 : 0.1 + (2 * random.NextDouble()),
                TopP: random.Next(2) == 0 ? 1 : 0.1 + (0.9 * random.NextDouble()),
                TopK: random.Next(2) == 0 ? 0 : random.Next(1, 60),
                Seed: (ulong)round)
            {
                MinP = random.Next(3) == 0 ? random.NextDouble() / 10 : 0,
            };
            var logits = Enumerable.Range(0, vocabulary).Select(_ => (float)((random.NextDouble() - 0.5) * 20)).ToArray();
            Assert.Equal(Reference(logits, options, new SeededGenerator((ulong)round).NextDouble()), new Sampler(options, [], 0).Next([.. logits]));
        }
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0.8, 1, 0)]
    [InlineData(0.8, 1, 50)]
    [InlineData(0.8, 0.9, 0)]
    public void A_draw_allocates_nothing(double temperature, double topP, int topK)
    {
        var random = new Random(2);
        var logits = Enumerable.Range(0, 50_000).Select(_ => (float)((random.NextDouble() - 0.5) * 20)).ToArray();
        var sampler = new Sampler(new SamplingOptions(temperature, topP, topK, Seed: 1), [], 0);
        for (var i = 0; i < 10; i++) sampler.Next(logits);

        const int draws = 100;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < draws; i++) sampler.Next(logits);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / draws, 0, 100);
    }

    [Fact]
    public void A_forbidden_token_is_never_drawn()
    {
        float[] logits = [0, 0, 100, 0];
        foreach (var options in new[] { SamplingOptions.Greedy, new(1), new(1, TopK: 4), new(1, TopP: 0.999), new(1) { RepetitionPenalty = 2 } })
        {
            var sampler = new Sampler(options, prompt: [2], fallbackSeed: 3);
            for (var i = 0; i < 200; i++) Assert.NotEqual(2, sampler.Next([.. logits], new HashSet<int> { 2, 99 }));
        }
    }

    [Fact]
    public void Answers_have_seeds_of_their_own_and_share_only_the_prompt()
    {
        var options = new SamplingOptions(Temperature: 1, Seed: 5) { RepetitionPenalty = 1.5, FrequencyPenalty = 0.5 };
        var first = new Sampler(options, [1, 2], 0);
        var firstDraws = Draws(first);

        // What the first has drawn says nothing to a sibling that is made afterwards.
        int[][] siblings = [.. Enumerable.Range(1, 15).Select(answer => Draws(first.Sibling(answer)))];
        Assert.Equal(siblings, Enumerable.Range(1, 15).Select(answer => Draws(new Sampler(options, [1, 2], 0).Sibling(answer))));
        Assert.Equal(16, siblings.Append(firstDraws).Select(draws => string.Join(' ', draws)).Distinct().Count());

        // Nor are its numbers those of another one, a few draws later.
        Assert.DoesNotContain(siblings, draws => Follows(firstDraws, draws) || Follows(draws, firstDraws));

        static bool Follows(int[] one, int[] other) => one.Skip(1).Take(19).SequenceEqual(other.Take(19));

        static int[] Draws(Sampler sampler) => [.. Enumerable.Range(0, 50).Select(_ => sampler.Next(new float[20]))];
    }

    private static int Reference(float[] logits, SamplingOptions options, double uniform)
    {
        var order = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).ToList();
        if (options.Temperature == 0) return order[0];
        var temperature = (float)options.Temperature;
        var top = logits[order[0]] / temperature;
        var weights = logits.Select(logit => Math.Exp((logit / temperature) - top)).ToArray();
        if (options.TopK > 0 && options.TopK < order.Count)
            order = [.. order.TakeWhile((id, place) => place < options.TopK || (logits[id] / temperature) - top == (logits[order[options.TopK - 1]] / temperature) - top)];
        var mass = order.Sum(id => weights[id]);
        var before = 0.0;
        var kept = new List<int>();
        foreach (var id in order)
        {
            if (kept.Count > 0 && options.TopP < 1 && before >= options.TopP * mass) break;
            if (kept.Count > 0 && weights[id] < options.MinP) break;
            kept.Add(id);
            before += weights[id];
        }

        if (options is { TopK: 0, TopP: 1, MinP: 0 } || (options is { TopP: 1, MinP: 0 } && options.TopK >= logits.Length)) kept.Sort();
        var left = uniform * kept.Sum(id => weights[id]);
        foreach (var id in kept)
        {
            if ((left -= weights[id]) < 0) return id;
        }

        return kept[^1];
    }
}
