using System.Globalization;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>The report as a table and as a chart.</summary>
internal static class EvaluationView
{
    public static string Table(EvaluationReport report)
    {
        var table = new TextTable(["FAMILY", "CATEGORY", "N", .. report.Columns.Select(column => column.Name.ToUpperInvariant())]);
        foreach (var row in report.Families)
        {
            table.Add([row.Name + Mark(row), row.Category, .. Cells(row)]);
        }

        table.Add("");
        foreach (var row in report.Categories)
        {
            table.Add(["all" + Mark(row), row.Name, .. Cells(row)]);
        }

        return $"{table}\nGreedy answers that are exactly right, in percent, with 95 % intervals; split {report.Split}, seed {report.Seed}.\n"
            + "*: never used in expert training.\n";
    }

    public static void Draw(EvaluationReport report, string path) => AccuracyChart.Save(
        path,
        $"Accuracy on the {report.Split} split (*: never used in expert training)",
        [.. report.Families.Select(row => row.Name + Mark(row))],
        [.. report.Columns.Select((column, i) =>
            (column.Name, (IReadOnlyList<Proportion>)[.. report.Families.Select(row => new Proportion(row.Results[i].Right, row.Results[i].N))]))]);

    private static string Mark(EvaluationRow row) => row.Unseen ? "*" : "";

    private static IEnumerable<object> Cells(EvaluationRow row) =>
        row.Results.Select(result => result.Text()).Prepend(row.Results[0].N.ToString(CultureInfo.InvariantCulture));
}
