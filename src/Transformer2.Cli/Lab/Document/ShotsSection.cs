using Transformer2.Training.Evaluation;

namespace Transformer2.Cli;

/// <summary>Table 8: how many examples a search needs.</summary>
internal sealed class ShotsSection : ILabSection
{
    public string Title => "Table 8: shots";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => plan.FewShot;

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        page.Write($"""
            Right answers in % to the test questions of the unseen families, mean of {plan.Sizes.SearchSeeds} searches (lowest to highest); in brackets the 95 % interval of as many questions. best expert: the one
            that is best on the shots; all alike: every expert with the same weight.
            """);
        var table = new MarkdownTable(["shots", "method", .. plan.Unseen.Select(family => family.Name), $"all, n = {Figures.Count(Right(page.Result(plan.FewShot[0]), search => search.Mixture, null)[0].Count)}"]);
        foreach (var unit in plan.FewShot)
        {
            foreach (var (name, of) in (IEnumerable<(string, Func<FewShotSearch, FamilyAnswers>)>)[("few-shot", search => search.Mixture), ("best expert", search => search.BestExpert), ("all alike", search => search.Uniform)])
            {
                table.Add(
                [
                    Figures.Count(unit.Shots), name,
                    .. plan.Unseen.Select(family => Text(Right(page.Result(unit), of, family.Name))),
                    Text(Right(page.Result(unit), of, null)),
                ]);
            }
        }

        page.Write(table);
    }

    private static Proportion[] Right(FewShotFound found, Func<FewShotSearch, FamilyAnswers> of, string? family) =>
    [
        .. Enumerable.Range(0, found.Families[0].Searches.Count).Select(search =>
            new TestAnswers([.. found.Families.Where(entry => family is null || entry.Family == family).Select(entry => of(entry.Searches[search]))]).Share),
    ];

    private static string Text(Proportion[] searches)
    {
        var mean = Figures.Share(new Proportion((int)Math.Round(searches.Average(search => search.Successes)), searches[0].Count));
        var (low, high) = (searches.Min(search => search.Value), searches.Max(search => search.Value));
        return low == high ? mean : $"{mean} ({Figures.Percent(low)} to {Figures.Percent(high)})";
    }
}
