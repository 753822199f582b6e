using Transformer2.Training.Corpus;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Table 1: the tasks that experts are trained for.</summary>
internal sealed class TrainedTasksSection : ILabSection
{
    public string Title => "Table 1: trained tasks";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) =>
        [plan.BaseAnswers, .. plan.RewardedAnswers.Values, .. plan.NextTokenAnswers.Values, .. plan.LoraAnswers.Values];

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        var table = new MarkdownTable("category", "method", "parameters", "chosen by validation", "n", "right, %", "against base", "only base / only it right", "p", "verdict", "other categories against base");
        foreach (var category in plan.Categories)
        {
            var own = TrainedOf(category);
            var before = page.Result(plan.BaseAnswers);
            table.Add([LabPlan.Label(category), "base", "", "", N(before.Only(own)), Figures.Share(before.Only(own).Share), .. Figures.NoCells, ""]);
            foreach (var (name, unit) in Methods(plan, category))
            {
                var after = page.Result(unit);
                var chosen = unit.Chosen(page.Run)!;
                var trained = page.Result(chosen);
                table.Add(
                [
                    LabPlan.Label(category), name, Figures.Count(trained.Parameters), $"learning rate {Figures.Number(chosen.Options.LearningRate)}, step {trained.Best.Step}",
                    N(after.Only(own)), Figures.Share(after.Only(own).Share), .. Figures.Cells(after.Only(own).Against(before)),
                    Figures.Points(after.Only(family => !family.Unseen && family.Category != category).Against(before).Difference),
                ]);
            }
        }

        page.Write("""
            The families of a category that its experts are trained on, test questions. SVF: MLP matrices. LoRA: rank 16 on query, value and MLP matrices. Of every training validation chooses the
            step; of LoRA the learning rate, too (SVF has the recipe's and is not tuned). The last column is the mean over the trained families of the other categories.
            """);
        page.Write(table);
        page.Figure("trained-tasks", "Accuracy on trained tasks", path => AccuracyChart.Save(
            path,
            "Trained tasks, test questions",
            [.. plan.Categories.Select(LabPlan.Label)],
            [
                ("base", [.. plan.Categories.Select(category => page.Result(plan.BaseAnswers).Only(TrainedOf(category)).Share)]),
                .. Methods(plan, plan.Categories[0]).Select((method, i) => (
                    method.Name,
                    (IReadOnlyList<Transformer2.Training.Evaluation.Proportion>)[.. plan.Categories.Select(category => page.Result(Methods(plan, category)[i].Unit).Only(TrainedOf(category)).Share)])),
            ]));
    }

    private static Func<TaskFamily, bool> TrainedOf(Category category) => family => family.Category == category && !family.Unseen;

    private static (string Name, MeasurementUnit Unit)[] Methods(LabPlan plan, Category category) =>
        [("LoRA, next token", plan.LoraAnswers[category]), ("SVF, next token", plan.NextTokenAnswers[category]), ("SVF, rewards", plan.RewardedAnswers[category])];

    private static string N(TestAnswers answers) => Figures.Count(answers.Share.Count);
}
