namespace Transformer2.Adaptation.Search;

/// <summary>Who is better. What is equal stays in the candidates' order, so that nothing is left to chance.</summary>
internal static class Ranking
{
    /// <summary>
    /// Positions by falling value, without those that have no finite score. Equal values are told apart by nothing else, as in the published code.
    /// </summary>
    public static int[] ByValue(IReadOnlyList<CandidateScore> scores) =>
        [.. Enumerable.Range(0, scores.Count).Where(i => scores[i].IsFinite).OrderByDescending(i => scores[i].Value)];

    /// <summary>The position of the best one; equal values are told apart by log-likelihood.</summary>
    /// <param name="ranked">Positions, at least one.</param>
    /// <param name="scores">The scores.</param>
    public static int Best(int[] ranked, IReadOnlyList<CandidateScore> scores) =>
        ranked.OrderByDescending(i => scores[i].Value).ThenByDescending(i => scores[i].LogLikelihood).First();

    /// <summary>The ranking of a generation.</summary>
    /// <exception cref="SearchException">There are not as many scores as candidates, or none is finite.</exception>
    public static int[] OfGeneration(IReadOnlyList<Candidate> population, IReadOnlyList<CandidateScore> scores)
    {
        if (scores.Count != population.Count)
        {
            throw new SearchException(SearchError.EvaluationMismatch, $"There are {scores.Count} scores for {population.Count} candidates.");
        }

        return ByValue(scores) is { Length: > 0 } ranked
            ? ranked
            : throw new SearchException(SearchError.ScoreNotFinite, "No candidate has a finite score.");
    }
}
