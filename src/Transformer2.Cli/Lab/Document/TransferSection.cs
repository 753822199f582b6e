using Transformer2.Training.Corpus;

namespace Transformer2.Cli;

/// <summary>Tables 5 and 9: experts on another base model.</summary>
internal sealed class TransferSection : ILabSection
{
    public string Title => "Tables 5 and 9: experts on another base model";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.SecondBase, plan.SecondBaseAnswers, .. plan.Transfers.Values];

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        var model = page.Result(plan.SecondBase);
        page.Write($"""
            The second base model has the same shape and was trained by `t2 train base --seed {plan.SecondBase.Seed} --steps {Figures.Number(plan.SecondBase.Steps)}`: other weights, another corpus of the same kind, and fewer steps than
            the bundled model's 2,400 (mean loss at the end {Figures.Number(model.Loss)}). Experts by rewards of the bundled model are put on it by the order of the singular values; the control has each matrix's
            multipliers in a random order ({plan.Sizes.Shuffles} orders: p is that of the first). own: an expert that was trained on the second model, by next-token prediction.
            """);
        var table = new MarkdownTable("category", "families", "n", "second base, %", "+ expert, ordered", "against base", "p", "verdict", "+ expert, shuffled", "ordered against shuffled", "p", "verdict", "+ own expert");
        foreach (var category in plan.Categories)
        {
            foreach (var unseen in (bool[])[false, true])
            {
                var (before, ordered) = (Of(page.Result(plan.SecondBaseAnswers)), Of(page.Result(plan.Transfers[category]).Ordered));
                TestAnswers[] shuffled = [.. page.Result(plan.Transfers[category]).Shuffled.Select(Of)];
                var (gain, order) = (Figures.Cells(ordered.Against(before)), Figures.Cells(ordered.Against(shuffled[0])));
                table.Add(
                    LabPlan.Label(category), unseen ? "unseen" : "trained", Figures.Count(before.Share.Count), Figures.Share(before.Share), Figures.Share(ordered.Share), gain[0], gain[2], gain[3],
                    string.Join(", ", shuffled.Select(answers => Figures.Percent(answers.Share.Value))), order[0], order[2], order[3],
                    page.Run.Store.Find(plan.SecondOwnAnswers[category]) is { } own ? Figures.Share(Of(own.Result).Share) : "not computed yet");

                TestAnswers Of(TestAnswers answers) => answers.Only(family => family.Category == category && family.Unseen == unseen);
            }
        }

        page.Write(table);
    }
}
