namespace Transformer2.Adaptation.Search;

/// <summary>A solution measured beside what it must beat.</summary>
/// <param name="scores">[candidates, examples], in the order of <see cref="Candidates"/>.</param>
internal sealed class Comparison(IReadOnlyList<ExampleScore[]> scores)
{
    private const int Solution = 0;
    private const int Base = 1;
    private const int Uniform = 2;
    private const int FirstExpert = 3;

    /// <summary>What to score: the solution, the base model, the uniform mixture and each expert alone.</summary>
    public static IReadOnlyList<Candidate> Candidates(Candidate solution)
    {
        var space = solution.Space;
        return [solution, space.Identity(), space.Uniform(), .. Enumerable.Range(0, space.Experts).Select(space.Alone)];
    }

    /// <summary>The expert that is best alone; of equal ones the first, null when none has a finite score.</summary>
    public int? BestExpert(SearchScore kind)
    {
        CandidateScore[] alone = [.. scores.Skip(FirstExpert).Select(row => CandidateScore.Of(row, kind))];
        return Ranking.ByValue(alone) is { Length: > 0 } ranked ? Ranking.Best(ranked, alone) : null;
    }

    /// <summary>The scores side by side.</summary>
    /// <param name="bestExpert">The expert to show, from 0.</param>
    /// <exception cref="SearchException">The solution has no finite score.</exception>
    public ScoreComparison Scores(int? bestExpert) => new(
        scores[Solution].Length,
        MeasuredScore.Of(scores[Solution]) ?? throw new SearchException(SearchError.ScoreNotFinite, "The solution has no finite score where it is measured."),
        MeasuredScore.Of(scores[Base]),
        bestExpert is { } expert ? MeasuredScore.Of(scores[FirstExpert + expert]) : null,
        MeasuredScore.Of(scores[Uniform]));
}
