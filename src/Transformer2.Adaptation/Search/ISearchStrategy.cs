namespace Transformer2.Adaptation.Search;

/// <summary>
/// A way to search, as ask and tell. It holds nothing that changes: the same state gives the same generation, to the bit, in whatever process.
/// </summary>
public interface ISearchStrategy
{
    /// <summary>The state before the first generation.</summary>
    StrategyState Start();

    /// <summary>The candidates of the state's generation.</summary>
    IReadOnlyList<Candidate> Ask(StrategyState state);

    /// <summary>The state after the scores of a generation are known.</summary>
    /// <param name="state">The state that was asked.</param>
    /// <param name="population">The candidates.</param>
    /// <param name="scores">One per candidate; one that is not finite is worse than all others.</param>
    /// <exception cref="SearchException">There are not as many scores as candidates, or none is finite.</exception>
    StrategyState Tell(StrategyState state, IReadOnlyList<Candidate> population, IReadOnlyList<CandidateScore> scores);
}
