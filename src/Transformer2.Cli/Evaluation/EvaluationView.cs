using System.Globalization;

namespace Transformer2.Cli;

/// <summary>The report as a table.</summary>
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

    private static string Mark(EvaluationRow row) => row.Unseen ? "*" : "";

    private static IEnumerable<object> Cells(EvaluationRow row) =>
        row.Results.Select(Cell).Prepend(row.Results[0].N.ToString(CultureInfo.InvariantCulture));

    private static string Cell(Accuracy accuracy) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * accuracy.Value:0.0} [{100 * accuracy.Low:0.0}, {100 * accuracy.High:0.0}]");
}
