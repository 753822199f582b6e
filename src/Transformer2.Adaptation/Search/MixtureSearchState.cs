using System.Text.Json.Serialization;

namespace Transformer2.Adaptation.Search;

/// <summary>What a search does next.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SearchPhase>))]
public enum SearchPhase
{
    /// <summary>Scores a generation.</summary>
    Searching,

    /// <summary>Measures the solution, and what it is compared with, on all examples.</summary>
    Measuring,

    /// <summary>Nothing: the result is there.</summary>
    Finished,
}

/// <summary>A search between two steps, fit for JSON: whoever has it can take the next step, with the same outcome.</summary>
public sealed record MixtureSearchState
{
    /// <summary>The names of the experts, in the order of the weights.</summary>
    public required IReadOnlyList<string> Experts { get; init; }

    /// <summary>The settings.</summary>
    public required SearchOptions Options { get; init; }

    /// <summary>What is searched.</summary>
    public required SearchSpace Space { get; init; }

    /// <summary>Names all random numbers.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Which examples are searched on, and which are held out.</summary>
    public required ExampleSplit Split { get; init; }

    /// <summary>What the next step does.</summary>
    public required SearchPhase Phase { get; init; }

    /// <summary>What the strategy knows.</summary>
    public required StrategyState Strategy { get; init; }

    /// <summary>The generations so far.</summary>
    public IReadOnlyList<GenerationSummary> History { get; init; } = [];

    /// <summary>Pairs of a candidate and an example that were scored.</summary>
    public long Evaluations { get; init; }

    /// <summary>The result, once <see cref="Phase"/> is <see cref="SearchPhase.Finished"/>.</summary>
    public MixtureSearchResult? Result { get; init; }
}

/// <summary>What became of a generation.</summary>
/// <param name="Generation">From 0.</param>
/// <param name="BestScore">Score of its best candidate on the examples of the search.</param>
/// <param name="MeanScore">Mean over the candidates whose score is finite.</param>
/// <param name="MeanDeviation">Mean over the weights of the standard deviation that the next generation is drawn with.</param>
/// <param name="BestWeights">The best candidate's weights: [experts, groups].</param>
public sealed record GenerationSummary(int Generation, double BestScore, double MeanScore, double MeanDeviation, IReadOnlyList<double> BestWeights);
