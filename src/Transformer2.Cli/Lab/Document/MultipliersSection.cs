using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>What experts do to the singular values.</summary>
internal sealed class MultipliersSection : ILabSection
{
    public string Title => "Multipliers by singular value";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => plan.Rewarded.Values;

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        var experts = plan.Rewarded.Select(entry => (Name: LabPlan.Label(entry.Key), Expert: entry.Value.Vector(page.Run))).ToArray();
        page.Write("z of the experts by rewards, mean over the layers and, in the figure, over 9 places; 1 changes nothing. The table has the mean of |z - 1| over the quarters of the singular values, the largest first.");
        var table = new MarkdownTable("expert", "1st quarter", "2nd", "3rd", "4th", "smallest z", "largest z");
        foreach (var (name, expert) in experts)
        {
            var values = expert.Multipliers.Values.SelectMany(z => z.ToArray().Select((value, place) => (Quarter: 4 * place / z.Length, Value: (double)value))).ToArray();
            table.Add([name, .. Enumerable.Range(0, 4).Select(quarter => Figures.Number(values.Where(value => value.Quarter == quarter).Select(value => Math.Abs(value.Value - 1)).DefaultIfEmpty().Average())),
                values.Length == 0 ? "1" : Figures.Number(values.Min(value => value.Value)), values.Length == 0 ? "1" : Figures.Number(values.Max(value => value.Value))]);
        }

        page.Write(table);
        page.Figure("multipliers", "Multipliers of the experts by singular value", path => MultiplierChart.Save(path, "Multipliers of the experts by rewards", experts));
    }
}
