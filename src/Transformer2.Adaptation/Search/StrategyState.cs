namespace Transformer2.Adaptation.Search;

/// <summary>Everything that a strategy knows between two generations, fit for JSON.</summary>
public sealed record StrategyState
{
    /// <summary>Generations told so far, which is the number of the next one.</summary>
    public required int Generation { get; init; }

    /// <summary>Mean of the distribution that the next generation is drawn from, by weight.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Its standard deviation, by weight.</summary>
    public required IReadOnlyList<double> Deviation { get; init; }

    /// <summary>The best candidate so far; before the first generation, where the search begins.</summary>
    public required Candidate Best { get; init; }

    /// <summary>Its score; null before the first generation.</summary>
    public CandidateScore? BestScore { get; init; }

    /// <summary>The best score when it last rose by more than the tolerance.</summary>
    public double? Milestone { get; init; }

    /// <summary>Generations since then.</summary>
    public int Stale { get; init; }

    /// <summary>There is no next generation.</summary>
    public bool Finished { get; init; }
}
