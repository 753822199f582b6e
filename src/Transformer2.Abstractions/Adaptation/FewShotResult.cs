using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>What a few-shot search found.</summary>
[GenerateSerializer, Immutable, Alias("t2.FewShotResult")]
public sealed record FewShotResult
{
    /// <summary>The best weights so far.</summary>
    [Id(0)]
    public required ImmutableArray<ExpertWeights> Weights { get; init; }

    /// <summary>Generations made.</summary>
    [Id(1)]
    public required int Generations { get; init; }

    /// <summary>Candidates times examples that were scored.</summary>
    [Id(2)]
    public required long Evaluations { get; init; }

    /// <summary>The best score of each generation.</summary>
    [Id(3)]
    public required ImmutableArray<double> BestScores { get; init; }

    /// <summary>On the examples that the search never saw; null while it runs, and where it needed all.</summary>
    [Id(4)]
    public SearchScores? HeldOut { get; init; }

    /// <summary>On the examples of the search; null while it runs.</summary>
    [Id(5)]
    public SearchScores? Searched { get; init; }
}

/// <summary>An expert's part in a mixture: one weight, or one for each matrix in the order of <see cref="ModelRecord.Matrices"/>.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertWeights")]
public sealed record ExpertWeights([property: Id(0)] ExpertId Expert, [property: Id(1)] ImmutableArray<double> Weights);

/// <summary>A found mixture beside what it must be better than, on the same examples. Null: no score that is a number.</summary>
[GenerateSerializer, Immutable, Alias("t2.SearchScores")]
public sealed record SearchScores(
    [property: Id(0)] int Examples,
    [property: Id(1)] SearchScore Found,
    [property: Id(2)] SearchScore? Base,
    [property: Id(3)] SearchScore? BestSingle,
    [property: Id(4)] SearchScore? Uniform);

/// <summary>How a candidate does.</summary>
/// <param name="LogLikelihood">Mean over examples of the mean natural log-probability of the answer's tokens.</param>
/// <param name="Correct">Examples whose greedy answer is the right one.</param>
[GenerateSerializer, Immutable, Alias("t2.SearchScore")]
public sealed record SearchScore([property: Id(0)] double LogLikelihood, [property: Id(1)] int Correct);
