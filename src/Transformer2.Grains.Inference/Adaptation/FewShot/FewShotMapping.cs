using Transformer2.Abstractions;
using Transformer2.Adaptation.Search;

namespace Transformer2.Grains.Inference;

/// <summary>From what a tenant asks to what a search takes.</summary>
internal static class FewShotMapping
{
    public static MixtureSearchSetup ToSetup(this AdaptationJob.FewShot job, int matrices) => new()
    {
        Experts = [.. job.Experts.Select(expert => expert.Value)],
        Matrices = matrices,
        Examples = job.ToExamples(),
        Options = job.ToOptions(),
        Seed = job.Seed,
    };

    public static IReadOnlyList<SearchExample> ToExamples(this AdaptationJob job) =>
        [.. ((AdaptationJob.FewShot)job).Examples.Select(example => new SearchExample(example.Prompt, example.Answer))];

    private static SearchOptions ToOptions(this AdaptationJob.FewShot job)
    {
        var options = job.Parity ? SearchOptions.Parity : SearchOptions.Default;
        return options with
        {
            Strategy = job.Strategy.Length == 0 ? options.Strategy : job.Strategy,
            Granularity = job.PerMatrix ? WeightGranularity.PerMatrix : WeightGranularity.Global,
            Population = job.Population ?? options.Population,
            MaxGenerations = job.Generations ?? options.MaxGenerations,
            EliteRatio = job.EliteRatio ?? options.EliteRatio,
        };
    }
}
