namespace Transformer2.Cli;

/// <summary>Table 3: what the first pass costs.</summary>
internal sealed class PassTimesSection : ILabSection
{
    public string Title => "Table 3: time of the two passes";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.PassTimes];

    public void Write(LabPage page)
    {
        page.Write("""
            Seconds for a whole problem set, with the engine that serves and its batch kept full: the first pass names every prompt's category with the classification expert (one prefill, nothing is
            generated), the second answers every prompt with the category's expert. Experts are rows of a batch, so no weights are swapped. Measured on whatever else the machine did at that time.
            """);
        var table = new MarkdownTable("family", "prompts", "first pass, s", "second pass, s", "first / second, %");
        foreach (var family in page.Result(page.Plan.PassTimes).Families)
        {
            table.Add(family.Family, Figures.Count(family.Questions), Figures.Seconds(family.First), Figures.Seconds(family.Second), family.Second > 0 ? Figures.Percent(family.First / family.Second) : "");
        }

        page.Write(table);
    }
}
