using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Figure 7: what searches mix.</summary>
internal sealed class MixturesSection : ILabSection
{
    public string Title => "Figure 7: mixtures that few-shot search finds";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.MainFewShot];

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        string[] experts = [.. plan.Categories.Select(LabPlan.Label), "base"];
        var rows = page.Result(plan.MainFewShot).Families.SelectMany(family => family.Searches.Select((search, repeat) => (
            Name: $"{family.Family}, {repeat + 1}", Weights: (double[])[.. search.Weights, Math.Max(0, 1 - search.Weights.Sum())]))).ToArray();
        page.Write($"Weights in % of every search with {plan.Sizes.MainShots} shots; what they lack to 100 is the base model's share. Of candidates that are equally good on the shots the one found first is kept.");
        var table = new MarkdownTable(["unseen family, search", .. experts]);
        foreach (var (name, weights) in rows)
        {
            table.Add([name, .. weights.Select(Figures.Percent)]);
        }

        page.Write(table);
        page.Figure("mixtures", "Weights of the mixtures", path => ShareChart.Save(
            path,
            "Mixtures for unseen families",
            [.. rows.Select(row => row.Name)],
            [.. experts.Select((expert, i) => (expert, (IReadOnlyList<double>)[.. rows.Select(row => row.Weights[i])]))]));
    }
}
