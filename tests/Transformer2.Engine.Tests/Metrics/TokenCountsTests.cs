using System.Diagnostics.Metrics;

namespace Transformer2.Engine.Tests.Metrics;

public sealed class TokenCountsTests
{
    [Fact]
    public void The_first_are_told_apart_and_the_others_are_one()
    {
        var counts = new TokenCounts(2);
        Add("a", "math", 1);
        Add("a", "code", 2);
        Add("a", "art", 4);
        Add("b", "math", 8); // not a's, and the third
        Add("b", ExpertLabels.Base, 16);
        Add("c", ExpertLabels.Base, 32);
        Add("c", "math", 64);
        Add("d", "math", 128);
        Add("d", ExpertLabels.Mixture, 256);
        Add("a", "math", 512);

        Assert.Equal(
            [
                ("a", "code", 2), ("a", "math", 513), ("a", "other", 4), ("b", "base", 16), ("b", "other", 8),
                ("other", "base", 32), ("other", "mixture", 256), ("other", "other", 192),
            ],
            counts.Prompt().Select(Series).Order());
        Assert.All(counts.Generated(), count => Assert.Equal(0, count.Value));

        void Add(string tenant, string expert, int tokens) => counts.Of(tenant, expert).AddPrompt(tokens);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 7)]
    [InlineData(100, 403)]
    public void Their_number_is_limited_and_no_token_is_lost(int most, int series)
    {
        const int requests = 20_000;
        var random = new Random(1);
        var counts = new TokenCounts(most);
        for (var i = 0; i < requests; i++)
        {
            var expert = random.Next(3) switch { 0 => ExpertLabels.Base, 1 => ExpertLabels.Mixture, _ => $"expert-{random.Next(500)}" };
            counts.Of($"tenant-{random.Next(500)}", expert).AddGenerated(1);
        }

        Assert.Equal(requests, counts.Generated().Sum(count => count.Value));
        Assert.InRange(counts.Generated().Count(), Math.Min(3, series), series);
    }

    private static (string, string, long) Series(Measurement<long> count) =>
        ((string)count.Tags[0].Value!, (string)count.Tags[1].Value!, count.Value);
}
