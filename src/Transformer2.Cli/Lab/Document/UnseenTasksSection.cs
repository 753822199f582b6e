using System.Globalization;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Table 2: tasks that no expert is trained for.</summary>
internal sealed class UnseenTasksSection : ILabSection
{
    public string Title => "Table 2: unseen tasks";

    public IEnumerable<ILabUnit> Needs(LabPlan plan) => [plan.BaseAnswers, .. plan.LoraAnswers.Values, plan.Dispatch, plan.MainFewShot];

    /// <summary>Who answers each unseen family: the methods' names and answers.</summary>
    public static IReadOnlyList<(string Name, TestAnswers Answers)> Methods(LabPage page)
    {
        var plan = page.Plan;
        var automatic = page.Result(plan.Dispatch);
        var found = page.Result(plan.MainFewShot);
        return
        [
            ("LoRA", new TestAnswers([.. plan.Unseen.SelectMany(family => page.Result(plan.LoraAnswers[family.Category]).Only(other => other == family).Families)])),
            ("prompt", automatic.Prompt),
            ("classifier", automatic.Classifier),
            (FewShotName(plan), new TestAnswers([.. found.Families.Select(family => family.Searches[0].Mixture)])),
        ];
    }

    public void Write(LabPage page)
    {
        var plan = page.Plan;
        var before = page.Result(plan.BaseAnswers).Only(plan.Unseen.Contains);
        var found = page.Result(plan.MainFewShot);
        var methods = Methods(page);
        page.Write($"""
            A family of each category that no training uses. LoRA is that of the family's category, chosen by validation of the trained families. prompt and classifier choose one expert for
            each question (SVF by rewards; the classification expert is the bundled one); few-shot mixes the experts by the cross-entropy method with {plan.Sizes.MainShots} training questions of the family,
            {plan.Sizes.SearchSeeds} times with other ones: its figures are the first search's, and in the last column all searches'.
            """);
        var table = new MarkdownTable("family", "method", "n", "right, %", "against base", "only base / only it right", "p", "verdict", "all searches");
        foreach (var family in plan.Unseen)
        {
            Row($"{family.Name} ({LabPlan.Label(family.Category)})", answers => answers.Only(other => other == family), found.Families.Single(entry => entry.Family == family.Name).Searches.Select(Share));
        }

        Row("all", answers => answers, []);
        page.Write(table);
        var automatic = page.Result(plan.Dispatch);
        page.Write($"Right category: prompt {Figures.Share(automatic.PromptChoices.Share)}, classifier {Figures.Share(automatic.ClassifierChoices.Share)} (n = {Figures.Count(automatic.PromptChoices.Share.Count)}).");
        page.Figure("unseen-tasks", "Accuracy on unseen tasks", path => AccuracyChart.Save(
            path,
            "Unseen tasks, test questions",
            [.. plan.Unseen.Select(family => family.Name)],
            [
                ("base", [.. plan.Unseen.Select(family => before.Only(other => other == family).Share)]),
                .. methods.Select(method => (method.Name, (IReadOnlyList<Transformer2.Training.Evaluation.Proportion>)[.. plan.Unseen.Select(family => method.Answers.Only(other => other == family).Share)])),
            ]));

        void Row(string name, Func<TestAnswers, TestAnswers> some, IEnumerable<double> searches)
        {
            var own = some(before);
            table.Add([name, "base", Figures.Count(own.Share.Count), Figures.Share(own.Share), .. Figures.NoCells, ""]);
            foreach (var (method, answers) in methods)
            {
                var spread = method == FewShotName(plan) ? string.Join(", ", searches.Select(Figures.Percent)) : "";
                table.Add([name, method, Figures.Count(some(answers).Share.Count), Figures.Share(some(answers).Share), .. Figures.Cells(some(answers).Against(own)), spread]);
            }
        }
    }

    private static double Share(FewShotSearch search) => new TestAnswers([search.Mixture]).Share.Value;

    private static string FewShotName(LabPlan plan) => string.Create(CultureInfo.InvariantCulture, $"few-shot ({plan.Sizes.MainShots})");
}
