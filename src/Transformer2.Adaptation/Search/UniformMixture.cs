namespace Transformer2.Adaptation.Search;

/// <summary><c>uniform</c>, a baseline without a search: its only candidate is the mixture with equal weights.</summary>
/// <param name="space">What is not searched.</param>
internal sealed class UniformMixture(SearchSpace space) : ISearchStrategy
{
    /// <summary>The name that options choose it by.</summary>
    public const string Name = "uniform";

    /// <inheritdoc/>
    public StrategyState Start()
    {
        var uniform = space.Uniform();
        return new StrategyState { Generation = 0, Mean = uniform.Weights, Deviation = new double[space.Size], Best = uniform };
    }

    /// <inheritdoc/>
    public IReadOnlyList<Candidate> Ask(StrategyState state) => [state.Best];

    /// <inheritdoc/>
    public StrategyState Tell(StrategyState state, IReadOnlyList<Candidate> population, IReadOnlyList<CandidateScore> scores)
    {
        var best = Ranking.Best(Ranking.OfGeneration(population, scores), scores);
        return state with { Generation = 1, BestScore = scores[best], Milestone = scores[best].Value, Finished = true };
    }
}
