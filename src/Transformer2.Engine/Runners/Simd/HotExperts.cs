namespace Transformer2.Engine;

/// <summary>
/// Which experts are worth a merged copy: to rent or to buy. In every step an expert with rows is credited with what a merged copy would have saved, and
/// charged with what it would have cost; one that was credited <see cref="Margin"/> times what the merging costs is hot. So an expert that runs alone gets
/// its copy, and one that shares its steps with other experts does not, however often it is asked for. Others count as if they had no copy: two experts in
/// the same steps would each gain by one while the other has one, and both together lose.
/// </summary>
internal sealed class HotExperts(FormPlanner planner)
{
    /// <summary>How many times its cost a copy must have been worth; and how many times as hot as another whose place it takes.</summary>
    public const double Margin = 2;

    private long _step;

    /// <summary>Looks at what a step computes. Allocates nothing.</summary>
    /// <returns>The hottest expert of the step that has no merged copy and is worth one.</returns>
    public SimdExpert? Observe(IReadOnlyList<Piece> pieces)
    {
        _step++;
        var all = 0;
        for (var i = 0; i < pieces.Count; i++)
        {
            if (ExpertOf(pieces[i]) is not { } expert) continue;
            expert.Heat.Count(_step, pieces[i].Count);
            all += pieces[i].Count;
        }

        SimdExpert? hottest = null;
        for (var i = 0; i < pieces.Count; i++)
        {
            if (ExpertOf(pieces[i]) is not { } expert) continue;
            expert.Heat.Add(_step, planner.Saving(expert.Merging, expert.Heat.Rows, all - expert.Heat.Rows));
            if (expert.IsMerged || expert.Heat.IsHopeless || Heat(expert) < Margin * planner.CostOfMerging(expert.Merging)) continue;
            if (hottest is null || Heat(expert) > Heat(hottest)) hottest = expert;
        }

        return hottest;
    }

    /// <summary>What a merged copy would have saved, as it is now; negative where it would have cost.</summary>
    public double Heat(SimdExpert expert) => expert.Heat.At(_step);

    // One that no merged copy would change is of no interest here.
    private static SimdExpert? ExpertOf(Piece piece) => piece.Row.Expert is SimdExpert { Merging.Bytes: > 0 } expert ? expert : null;
}
