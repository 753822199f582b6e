namespace Transformer2.Adaptation.Search;

/// <summary>How good a candidate is on the examples of a search.</summary>
/// <param name="Value">The score that is searched for; more is better.</param>
/// <param name="LogLikelihood">Decides between equal values; in nats.</param>
public readonly record struct CandidateScore(double Value, double LogLikelihood)
{
    /// <summary>Both are numbers to compare. A candidate without them is worse than all others.</summary>
    internal bool IsFinite => double.IsFinite(Value) && double.IsFinite(LogLikelihood);

    /// <summary>Sums up a candidate's scores over examples.</summary>
    /// <param name="examples">One per example, at least one.</param>
    /// <param name="kind">What is searched for.</param>
    /// <exception cref="SearchException">An answer that must be graded is not.</exception>
    internal static CandidateScore Of(IReadOnlyList<ExampleScore> examples, SearchScore kind)
    {
        var mean = examples.Average(example => example.LogLikelihood);
        if (kind == SearchScore.LogLikelihood || !double.IsFinite(mean))
        {
            return new CandidateScore(mean, mean);
        }

        if (examples.Any(example => example.Correct is null))
        {
            throw new SearchException(SearchError.NotGraded, "A search by accuracy needs every answer graded.");
        }

        // Equal accuracies are told apart as in the published code: by the candidate's right answers.
        var right = examples.Where(example => example.Correct == true).Select(example => example.LogLikelihood).ToArray();
        return new CandidateScore((double)right.Length / examples.Count, right.DefaultIfEmpty(mean).Average());
    }
}
