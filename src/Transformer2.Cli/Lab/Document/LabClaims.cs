using Transformer2.Training.Corpus;
using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Whether a claim of the paper is found again.</summary>
internal enum ClaimVerdict
{
    Reproduced,
    Partly,
    NotReproduced,
    Opposite,
}

/// <summary>A claim of the paper, judged by numbers alone.</summary>
internal interface ILabClaim
{
    /// <summary>The claim.</summary>
    string Text { get; }

    /// <summary>What the paper reports for it.</summary>
    string Paper { get; }

    /// <summary>The units that judge it.</summary>
    IEnumerable<ILabUnit> Needs(LabPlan plan);

    /// <summary>What was found here, and the verdict.</summary>
    (string Found, ClaimVerdict Verdict) Judge(LabPage page);
}

/// <summary>One thing is better than another: by paired tests in several cells.</summary>
/// <param name="text">The claim.</param>
/// <param name="paper">What the paper reports.</param>
/// <param name="needs">The units.</param>
/// <param name="cells">What is claimed to be worse and what better, in each cell.</param>
internal sealed class BetterClaim(
    string text, string paper, Func<LabPlan, IEnumerable<ILabUnit>> needs, Func<LabPage, IEnumerable<(string Cell, TestAnswers Worse, TestAnswers Better)>> cells) : ILabClaim
{
    /// <summary>How verdicts are made.</summary>
    public const string Rule = "reproduced: significantly better (paired exact test, p < 0.05, not corrected for the number of tests) in at least half of the cells and significantly worse in none; "
        + "the opposite: significantly better in none and significantly worse in at least half; not reproduced: significantly better in none; otherwise partly";

    public string Text => text;

    public string Paper => paper;

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => needs(plan);

    public (string Found, ClaimVerdict Verdict) Judge(LabPage page)
    {
        var judged = cells(page).Select(cell => (cell.Cell, Comparison: cell.Better.Against(cell.Worse))).ToArray();
        var (better, worse) = (judged.Count(cell => cell.Comparison.Verdict == PairedVerdict.Better), judged.Count(cell => cell.Comparison.Verdict == PairedVerdict.Worse));
        var verdict = (better, worse) switch
        {
            (0, > 0) when 2 * worse >= judged.Length => ClaimVerdict.Opposite,
            (0, _) => ClaimVerdict.NotReproduced,
            (_, 0) when 2 * better >= judged.Length => ClaimVerdict.Reproduced,
            _ => ClaimVerdict.Partly,
        };
        var each = string.Join(", ", judged.Select(cell => $"{cell.Cell} {Figures.Points(cell.Comparison.Difference)}{Mark(cell.Comparison.Verdict)}"));
        return (FormattableString.Invariant($"{better} of {judged.Length} better, {worse} worse: {each}"), verdict);
    }

    private static string Mark(PairedVerdict verdict) => verdict == PairedVerdict.NoDifference ? "" : "\\*";
}

/// <summary>More shots are no better than few.</summary>
internal sealed class FewShotsAreEnough : ILabClaim
{
    public string Text => "A handful of shots is enough: many are hardly better than few";

    public string Paper => "ARC-Challenge: 3 shots 82.18, 20 shots 82.61 (table 8)";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => plan.FewShot;

    public (string Found, ClaimVerdict Verdict) Judge(LabPage page)
    {
        var (few, many) = (page.Result(page.Plan.FewShot[0]), page.Result(page.Plan.FewShot[^1]));
        var comparisons = Enumerable.Range(0, few.Families[0].Searches.Count).Select(search => Of(many, search).Against(Of(few, search))).ToArray();
        var better = comparisons.Count(comparison => comparison.Verdict == PairedVerdict.Better);
        var differences = string.Join(", ", comparisons.Select(comparison => Figures.Points(comparison.Difference)));
        return (
            FormattableString.Invariant($"{page.Plan.FewShot[^1].Shots} shots against {page.Plan.FewShot[0].Shots}, all unseen families, by search: {differences}; significantly better in {better} of {comparisons.Length}"),
            better == 0 ? ClaimVerdict.Reproduced : better == comparisons.Length ? ClaimVerdict.NotReproduced : ClaimVerdict.Partly);

        static TestAnswers Of(FewShotFound found, int search) => new([.. found.Families.Select(family => family.Searches[search].Mixture)]);
    }
}

/// <summary>The first pass is the smaller part.</summary>
internal sealed class FirstPassIsCheap : ILabClaim
{
    private const double Half = 0.5;

    public string Text => "The first pass takes less than half of the second pass's time";

    public string Paper => "13 %, 19 %, 47 % (table 3)";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.PassTimes];

    public (string Found, ClaimVerdict Verdict) Judge(LabPage page)
    {
        double[] ratios = [.. page.Result(page.Plan.PassTimes).Families.Select(family => family.Second > 0 ? family.First / family.Second : double.NaN)];
        return (
            string.Join(", ", ratios.Select(ratio => double.IsNaN(ratio) ? "?" : $"{Figures.Percent(ratio)} %")),
            Array.TrueForAll(ratios, ratio => ratio < Half) ? ClaimVerdict.Reproduced : Array.Exists(ratios, ratio => ratio < Half) ? ClaimVerdict.Partly : ClaimVerdict.NotReproduced);
    }
}

/// <summary>The claims that are judged.</summary>
internal static class LabClaims
{
    private static readonly Func<TaskFamily, bool> Trained = family => !family.Unseen;

    /// <summary>All, in the order of the paper's tables.</summary>
    public static IReadOnlyList<ILabClaim> All { get; } =
    [
        new BetterClaim(
            "SVF by rewards improves the tasks that it is trained on",
            "up in 7 of 9 cells, by 1.0 to 6.9 points, level in one, down in one (table 1)",
            plan => [plan.BaseAnswers, .. plan.RewardedAnswers.Values],
            page => Own(page, category => page.Result(page.Plan.BaseAnswers), category => page.Result(page.Plan.RewardedAnswers[category]))),
        new BetterClaim(
            "SVF by rewards is better than LoRA on the tasks that both are trained on",
            "better in 6 of 9 cells, level in 1, worse in 2 (table 1)",
            plan => [.. plan.LoraAnswers.Values, .. plan.RewardedAnswers.Values],
            page => Own(page, category => page.Result(page.Plan.LoraAnswers[category]), category => page.Result(page.Plan.RewardedAnswers[category]))),
        new BetterClaim(
            "LoRA loses on unseen tasks: the base model is better",
            "LoRA below the base in 6 of 9 cells (table 2)",
            Table2,
            page => Unseen(page, Method(page, 0), page.Result(page.Plan.BaseAnswers))),
        new BetterClaim(
            "Choosing an expert by prompt improves unseen tasks over the base model",
            "up in 7 of 9 cells, by at most 1.2 points (table 2)",
            Table2,
            page => Unseen(page, page.Result(page.Plan.BaseAnswers), Method(page, 1))),
        new BetterClaim(
            "Few-shot mixtures improve unseen tasks over the base model",
            "up in 6 of 6 cells, by 0.4 to 4.1 points (table 2)",
            Table2,
            page => Unseen(page, page.Result(page.Plan.BaseAnswers), Method(page, 3))),
        new BetterClaim(
            "Few-shot mixtures are better than LoRA on unseen tasks",
            "better in 5 of 6 cells (table 2)",
            Table2,
            page => Unseen(page, Method(page, 0), Method(page, 3))),
        new BetterClaim(
            "The more a method knows of the task the better: few-shot is better than the choice by prompt",
            "better in 6 of 6 cells, by 0.25 to 3.5 points (table 2)",
            Table2,
            page => Unseen(page, Method(page, 1), Method(page, 3))),
        new BetterClaim(
            "Few-shot mixtures are better than the single expert that the classifier chooses",
            "better in 6 of 6 cells (table 2)",
            Table2,
            page => Unseen(page, Method(page, 2), Method(page, 3))),
        new FirstPassIsCheap(),
        new BetterClaim(
            "SVF needs rewards: next-token prediction is worse, on attention",
            "76.19 against 60.50, transfer 24.20 against 18.52 (table 4)",
            Table4(2, 4),
            page => Rows(page, 4, 2)),
        new BetterClaim(
            "LoRA by rewards falls below the base model, on attention",
            "57.92 against 75.89, transfer 15.72 against 24.54 (table 4)",
            plan => [plan.BaseAnswers, Row(plan, 5)],
            page => Parts(page, page.Result(Row(page.Plan, 5)), page.Result(page.Plan.BaseAnswers))),
        new BetterClaim(
            "SVF on MLP matrices is better than on attention",
            "78.62 against 76.19, transfer level (table 4)",
            Table4(1, 2),
            page => Rows(page, 2, 1)),
        new BetterClaim(
            "SVF on both is better than on MLP matrices alone",
            "79.23 against 78.62, transfer 25.04 against 24.20 (table 4)",
            Table4(3, 1),
            page => Rows(page, 1, 3)),
        new FewShotsAreEnough(),
        new BetterClaim(
            "An expert of another base model helps, by the order of singular values",
            "up in 3 of 6 cells, by at most 1.8 points (table 9)",
            Transfers,
            page => Transferred(page, transferred => null)),
        new BetterClaim(
            "The order of singular values matters: better than shuffled",
            "better in 6 of 6 cells (table 9)",
            Transfers,
            page => Transferred(page, transferred => transferred.Shuffled[0])),
    ];

    private static IEnumerable<(string, TestAnswers, TestAnswers)> Own(LabPage page, Func<Category, TestAnswers> worse, Func<Category, TestAnswers> better) => page.Plan.Categories.Select(category =>
    {
        bool Some(TaskFamily family) => Trained(family) && family.Category == category;
        return (LabPlan.Label(category), worse(category).Only(Some), better(category).Only(Some));
    });

    private static IEnumerable<(string, TestAnswers, TestAnswers)> Unseen(LabPage page, TestAnswers worse, TestAnswers better) =>
        page.Plan.Unseen.Select(family => (family.Name, worse.Only(other => other == family), better.Only(other => other == family)));

    private static IEnumerable<ILabUnit> Table2(LabPlan plan) => new UnseenTasksSection().Needs(plan);

    private static TestAnswers Method(LabPage page, int number) => UnseenTasksSection.Methods(page)[number].Answers;

    private static Func<LabPlan, IEnumerable<ILabUnit>> Table4(params int[] rows) => plan => rows.Select(row => Row(plan, row));

    private static MeasurementUnit Row(LabPlan plan, int number) => plan.Ablation.Single(row => row.Number == number).Answers;

    private static IEnumerable<(string, TestAnswers, TestAnswers)> Rows(LabPage page, int worse, int better) =>
        Parts(page, page.Result(Row(page.Plan, worse)), page.Result(Row(page.Plan, better)));

    private static IEnumerable<(string, TestAnswers, TestAnswers)> Parts(LabPage page, TestAnswers worse, TestAnswers better)
    {
        bool Own(TaskFamily family) => family.Category == page.Plan.AblationCategory;
        yield return ("trained", worse.Only(family => Own(family) && !family.Unseen), better.Only(family => Own(family) && !family.Unseen));
        yield return ("unseen", worse.Only(family => Own(family) && family.Unseen), better.Only(family => Own(family) && family.Unseen));
    }

    private static IEnumerable<ILabUnit> Transfers(LabPlan plan) => [plan.SecondBaseAnswers, .. plan.Transfers.Values];

    private static IEnumerable<(string, TestAnswers, TestAnswers)> Transferred(LabPage page, Func<Transferred, TestAnswers?> worse) => page.Plan.Categories.SelectMany(category =>
        ((IEnumerable<bool>)[false, true]).Select(unseen =>
        {
            bool Some(TaskFamily family) => family.Category == category && family.Unseen == unseen;
            var transferred = page.Result(page.Plan.Transfers[category]);
            return ($"{LabPlan.Label(category)}{(unseen ? " unseen" : "")}", (worse(transferred) ?? page.Result(page.Plan.SecondBaseAnswers)).Only(Some), transferred.Ordered.Only(Some));
        }));
}
