namespace Transformer2.Adaptation.Search;

/// <summary>What a search begins with.</summary>
public sealed record MixtureSearchSetup
{
    /// <summary>What the result's lineage calls the experts, in the order of the weights; 1 to 16.</summary>
    public required IReadOnlyList<string> Experts { get; init; }

    /// <summary>Number of matrices that at least one of them adapts; see <see cref="SearchSpace.MatricesOf"/>.</summary>
    public required int Matrices { get; init; }

    /// <summary>The examples, 1 to 1000. The search keeps their positions only.</summary>
    public required IReadOnlyList<SearchExample> Examples { get; init; }

    /// <summary>The settings.</summary>
    public SearchOptions Options { get; init; } = SearchOptions.Default;

    /// <summary>Names the split of the examples and all random numbers.</summary>
    public ulong Seed { get; init; } = 1;
}
