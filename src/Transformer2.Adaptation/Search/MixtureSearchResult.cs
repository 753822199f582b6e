namespace Transformer2.Adaptation.Search;

/// <summary>What a search found.</summary>
public sealed record MixtureSearchResult
{
    /// <summary>The weights, and how they make an expert.</summary>
    public required Candidate Solution { get; init; }

    /// <summary>On one line what the mixture is made of and how it was found.</summary>
    public required string Lineage { get; init; }

    /// <summary>Generations that were scored.</summary>
    public required int Generations { get; init; }

    /// <summary>Pairs of a candidate and an example that were scored, those of the comparison included.</summary>
    public required long Evaluations { get; init; }

    /// <summary>Position of the expert that is best alone on the examples of the search; null when none has a finite score.</summary>
    public required int? BestExpert { get; init; }

    /// <summary>Scores on the examples of the search: what was chosen for, so the solution looks better here than it is.</summary>
    public required ScoreComparison Search { get; init; }

    /// <summary>Scores on the examples that were held out and chose nothing; null when there were none.</summary>
    public required ScoreComparison? HoldOut { get; init; }
}

/// <summary>The solution beside what it must beat, on the same examples. Null: that candidate has no finite score.</summary>
/// <param name="Examples">Number of examples.</param>
/// <param name="Solution">The mixture that was found.</param>
/// <param name="Base">The base model.</param>
/// <param name="BestExpert">The expert <see cref="MixtureSearchResult.BestExpert"/> alone.</param>
/// <param name="Uniform">All experts with equal weights.</param>
public sealed record ScoreComparison(int Examples, MeasuredScore Solution, MeasuredScore? Base, MeasuredScore? BestExpert, MeasuredScore? Uniform);

/// <summary>A candidate's score over several examples.</summary>
/// <param name="LogLikelihood">Mean over examples of the wanted answer's mean log-probability per token, in nats.</param>
/// <param name="Accuracy">Share of right answers; null when they were not graded.</param>
public sealed record MeasuredScore(double LogLikelihood, double? Accuracy)
{
    /// <summary>Sums up scores; null when a log-likelihood is not finite.</summary>
    internal static MeasuredScore? Of(IReadOnlyList<ExampleScore> examples)
    {
        var logLikelihood = examples.Average(example => example.LogLikelihood);
        if (!double.IsFinite(logLikelihood))
        {
            return null;
        }

        var graded = examples.All(example => example.Correct is not null);
        return new MeasuredScore(logLikelihood, graded ? examples.Average(example => example.Correct == true ? 1.0 : 0) : null);
    }
}
