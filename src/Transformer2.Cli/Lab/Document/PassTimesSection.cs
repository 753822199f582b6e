namespace Transformer2.Cli;

/// <summary>Table 3: what the first pass costs.</summary>
internal sealed class PassTimesSection : ILabSection
{
    public string Title => "Table 3: time of the two passes";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.PassTimes];

    public void Write(LabPage page)
    {
        page.Write($"""
            Seconds for a whole problem set, with the engine that serves and its batch kept full: the first pass names every prompt's category with the classification expert (one prefill, nothing is
            generated), the second answers every prompt with the category's expert. Experts are rows of a batch, so no weights are swapped. Medians of {page.Plan.Sizes.TimingRepeats}, beside whatever else the machine did.
            Where answers have few tokens a prefill is much of the work; the paper's are solutions in words.
            """);
        var table = new MarkdownTable("family", "prompts", "prompt tokens, mean", "answer tokens, mean", "first pass, s", "second pass, s", "first / second, %");
        foreach (var family in page.Result(page.Plan.PassTimes).Families)
        {
            table.Add(
                family.Family,
                Figures.Count(family.Questions),
                Mean(family.PromptTokens),
                Mean(family.AnswerTokens),
                Figures.Seconds(family.First),
                Figures.Seconds(family.Second),
                family.Second > 0 ? Figures.Percent(family.First / family.Second) : "");

            string Mean(long tokens) => ((double)tokens / family.Questions).ToString("0.0", System.Globalization.CultureInfo.InvariantCulture);
        }

        page.Write(table);
    }
}
