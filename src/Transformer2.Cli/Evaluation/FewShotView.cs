using System.Globalization;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>The report for people, and as a chart.</summary>
internal static class FewShotView
{
    public static string Text(FewShotReport report)
    {
        var names = report.Rows[0].Methods.Select(method => method.Name.ToUpperInvariant()).ToArray();
        var likelihoods = new TextTable(["LOG-LIKELIHOOD", "SHOTS", "N", .. names]);
        foreach (var row in report.Rows)
        {
            likelihoods.Add([row.Task, row.Shots, row.Tests, .. row.Methods.Select(method =>
                Spread(Amounts.Figure(method.LogLikelihood), Amounts.Figure(method.LowestLogLikelihood), Amounts.Figure(method.HighestLogLikelihood)))]);
        }

        var explained = string.Create(
            CultureInfo.InvariantCulture,
            $"Mean over {report.Seeds} seeds, in brackets its 95 % interval for n questions; in parentheses the worst and the best seed.\nMixtures have a weight per {report.Weights}. Log-likelihood: per token of the wanted answers, in nats.\n");
        if (report.Rows[0].Methods[0].Accuracy is null)
        {
            return $"{likelihoods}\n{explained}";
        }

        var accuracies = new TextTable(["ACCURACY IN %", "SHOTS", "N", .. names]);
        foreach (var row in report.Rows)
        {
            accuracies.Add([row.Task, row.Shots, row.Tests, .. row.Methods.Select(method => Spread(method.Accuracy!.Text(), Percent(method.Lowest), Percent(method.Highest)))]);
        }

        return $"{accuracies}\n{likelihoods}\n{explained}";
    }

    public static void Draw(FewShotReport report, string path) => AccuracyChart.Save(
        path,
        "Accuracy with few examples, by what they choose",
        [.. report.Rows.Select(row => $"{row.Task}, {row.Shots} shots")],
        [.. report.Rows[0].Methods.Select((method, i) => (
            method.Name,
            (IReadOnlyList<Proportion>)[.. report.Rows.Select(row => new Proportion(row.Methods[i].Accuracy!.Right, row.Methods[i].Accuracy!.N))]))]);

    // What all seeds agree on has no spread.
    private static string Spread(string mean, string lowest, string highest) => lowest == highest ? mean : $"{mean} ({lowest}..{highest})";

    private static string Percent(double? share) => (100 * share!.Value).ToString("0.0", CultureInfo.InvariantCulture);
}
