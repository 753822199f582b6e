namespace Transformer2.Adaptation.Search;

/// <summary>A candidate's score on one example.</summary>
/// <param name="LogLikelihood">
/// Mean natural log-probability per token of the wanted answer, its end included. Not a finite number when the candidate cannot be composed or
/// computed: it is then the worst of its generation.
/// </param>
/// <param name="Correct">Whether the candidate answers rightly by itself; null when that was not asked.</param>
public readonly record struct ExampleScore(double LogLikelihood, bool? Correct = null);

/// <summary>Scores candidates with a model. Equal candidates must get equal scores on equal examples.</summary>
public interface IPopulationEvaluator
{
    /// <summary>Scores every candidate on every example.</summary>
    /// <param name="candidates">The candidates.</param>
    /// <param name="exampleIndices">Positions in the search's examples.</param>
    /// <param name="cancellationToken">Ends the evaluation.</param>
    /// <returns>[candidates, examples], in the order of the arguments.</returns>
    Task<IReadOnlyList<IReadOnlyList<ExampleScore>>> EvaluateAsync(
        IReadOnlyList<Candidate> candidates, IReadOnlyList<int> exampleIndices, CancellationToken cancellationToken);
}
