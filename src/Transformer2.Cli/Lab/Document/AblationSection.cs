using Transformer2.Training.Objectives;

namespace Transformer2.Cli;

/// <summary>Table 4: objectives, matrices and kinds of adapters.</summary>
internal sealed class AblationSection : ILabSection
{
    public string Title => "Table 4: objective, matrices, SVF or LoRA";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.BaseAnswers, .. plan.Ablation.Select(row => row.Answers)];

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        var before = page.Result(plan.BaseAnswers).Only(family => family.Category == plan.AblationCategory);
        var unseen = plan.Unseen.Single(family => family.Category == plan.AblationCategory);
        page.Write($"""
            Trained on the {LabPlan.Label(plan.AblationCategory)} families; `{unseen.Name}` is the unseen one. Attention is query and value, as in the paper. Learning rates: SVF the recipe's, LoRA the best on
            validation of {string.Join(", ", plan.Sizes.LoraRates.Select(Figures.Number))} (by rewards of {string.Join(", ", plan.Sizes.LoraRewardRates.Select(Figures.Number))}).
            """);
        var table = new MarkdownTable(
            "#", "method", "objective", "matrices", "parameters", "learning rate, step", $"{LabPlan.Label(plan.AblationCategory)}, %", "against base", "p", "verdict", $"{unseen.Name}, %", "against base", "p", "verdict");
        table.Add("0", "base", "", "", "", "", Figures.Share(before.Only(family => !family.Unseen).Share), "", "", "", Figures.Share(before.Only(family => family.Unseen).Share), "", "", "");
        foreach (var row in plan.Ablation)
        {
            var answers = page.Result(row.Answers).Only(family => family.Category == plan.AblationCategory);
            var chosen = row.Answers.Chosen(page.Run)!;
            var trained = page.Result(chosen);
            table.Add(
            [
                Figures.Count(row.Number),
                row.Kind == Training.Adapters.AdapterOptions.Lora ? "LoRA" : "SVF",
                row.Objective == TrainingObjectives.Reinforce ? "rewards" : "next token",
                row.Modules switch { "mlp" => "MLP", "qv" => "attention", _ => "MLP + attention" },
                Figures.Count(trained.Parameters),
                $"{Figures.Number(chosen.Options.LearningRate)}, {trained.Best.Step}",
                .. Cells(answers.Only(family => !family.Unseen)),
                .. Cells(answers.Only(family => family.Unseen)),
            ]);
        }

        page.Write(table);

        string[] Cells(TestAnswers answers)
        {
            var cells = Figures.Cells(answers.Against(before));
            return [Figures.Share(answers.Share), cells[0], cells[2], cells[3]];
        }
    }
}
