namespace Transformer2.Benchmarks;

/// <summary>Which expert of many a request uses.</summary>
internal static class ExpertChoice
{
    /// <summary>Every expert is as likely.</summary>
    public static Func<int> Uniform(int experts, int seed)
    {
        var random = new Random(seed);
        return () => random.Next(experts);
    }

    /// <summary>The k-th expert is as likely as 1 / k, which is how popularity mostly falls.</summary>
    public static Func<int> Zipf(int experts, int seed)
    {
        var random = new Random(seed);
        var sums = new double[experts];
        for (var expert = 0; expert < experts; expert++) sums[expert] = (expert == 0 ? 0 : sums[expert - 1]) + (1.0 / (expert + 1));
        return () =>
        {
            var place = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
            return Math.Min(place < 0 ? ~place : place, experts - 1);
        };
    }
}
