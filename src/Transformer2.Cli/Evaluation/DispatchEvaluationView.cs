using System.Globalization;
using System.Text;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>The report for people, and as a chart.</summary>
internal static class DispatchEvaluationView
{
    public static string Text(DispatchEvaluationReport report)
    {
        var text = new StringBuilder();
        foreach (var strategy in report.Dispatch)
        {
            text.Append(CultureInfo.InvariantCulture, $"Strategy {strategy.Strategy}: rows are the right category, columns the chosen one.\n{Confusion(strategy)}\n");
        }

        var choices = new TextTable("RIGHT CHOICES", "TRAINED FAMILIES", "UNSEEN FAMILIES", "ALL");
        foreach (var strategy in report.Dispatch)
        {
            choices.Add(strategy.Strategy, strategy.Trained.Text(), strategy.Unseen.Text(), strategy.All.Text());
        }

        var first = report.Methods[0];
        var answers = new TextTable("RIGHT ANSWERS", $"TRAINED FAMILIES (N {first.Trained.N})", $"UNSEEN FAMILIES (N {first.Unseen.N})", $"ALL (N {first.All.N})");
        foreach (var method in report.Methods)
        {
            answers.Add(method.Name, method.Trained.Text(), method.Unseen.Text(), method.All.Text());
        }

        var ratios = new TextTable("ACCURACY / ORACLE CHOICE", "TRAINED FAMILIES", "UNSEEN FAMILIES", "ALL");
        foreach (var ratio in report.Ratios)
        {
            ratios.Add(ratio.Name, Figure(ratio.Trained), Figure(ratio.Unseen), Figure(ratio.All));
        }

        return text.Append(CultureInfo.InvariantCulture, $"{choices}\n{answers}\n{ratios}\n")
            .Append(CultureInfo.InvariantCulture, $"In percent, with 95 % intervals; split {report.Split}, seed {report.Seed}. Right answers are greedy and exactly right. The oracle choice\n")
            .Append("is the expert of the right category, or the base model where it has none; no expert training uses the unseen families.\n")
            .ToString();
    }

    public static void Draw(DispatchEvaluationReport report, string path) => AccuracyChart.Save(
        path,
        $"Who answers, and how rightly ({report.Split} split)",
        [.. report.Methods.Select(method => method.Name)],
        [
            ("families of expert training", [.. report.Methods.Select(method => Proportion(method.Trained))]),
            ("unseen families", [.. report.Methods.Select(method => Proportion(method.Unseen))]),
        ]);

    private static TextTable Confusion(DispatchConfusion strategy)
    {
        var table = new TextTable(["CATEGORY", .. strategy.Categories.Select(row => row.Category), "N", "RIGHT"]);
        foreach (var row in strategy.Categories)
        {
            table.Add([row.Category, .. row.Given.Select(count => (object)count), row.Right.N, row.Right.Text()]);
        }

        return table;
    }

    private static Proportion Proportion(Accuracy accuracy) => new(accuracy.Right, accuracy.N);

    private static string Figure(double? ratio) => ratio?.ToString("0.000", CultureInfo.InvariantCulture) ?? "";
}
