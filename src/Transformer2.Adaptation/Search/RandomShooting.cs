namespace Transformer2.Adaptation.Search;

/// <summary><c>random-shooting</c>, a baseline: every generation is drawn uniformly from the box, and the best candidate is kept.</summary>
/// <param name="options">The settings.</param>
/// <param name="space">What is searched.</param>
/// <param name="seed">Names the random numbers.</param>
internal sealed class RandomShooting(SearchOptions options, SearchSpace space, ulong seed) : PopulationStrategy(options, space, seed)
{
    /// <summary>The name that options choose it by.</summary>
    public const string Name = "random-shooting";

    protected override double[] Draw(StrategyState state, SeededGenerator generator) =>
        [.. state.Mean.Select(_ => Options.Min + ((Options.Max - Options.Min) * generator.NextDouble()))];

    protected override (IReadOnlyList<double> Mean, IReadOnlyList<double> Deviation) Learn(
        StrategyState state, IReadOnlyList<Candidate> ranked, Candidate best) => (best.Weights, state.Deviation);
}
