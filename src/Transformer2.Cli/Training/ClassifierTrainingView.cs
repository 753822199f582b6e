using System.Globalization;
using System.Text;

namespace Transformer2.Cli;

/// <summary>The report for people.</summary>
internal static class ClassifierTrainingView
{
    public static string Text(ClassifierTrainingReport report)
    {
        var text = new StringBuilder();
        text.Append(new TextTable()
            .Add("expert", report.Output)
            .Add("objective", report.Objective)
            .Add("parameters", report.Parameters)
            .Add("prompts", FormattableString.Invariant(
                $"{report.Examples.Train} to learn from, {report.Examples.Validation} to choose, {report.Examples.Test} to measure; {report.Examples.Duplicates} duplicates left out"))
            .Add("best step", report.BestStep));
        text.AppendLine();
        var looks = new TextTable("STEP", "RIGHT ON VALIDATION", "MEAN OF LABELS", "LOSS", "");
        foreach (var look in report.Validation)
        {
            looks.Add(look.Step, look.Right.Text(), Percent(look.MeanRight), look.Loss is { } loss ? Amounts.Figure(loss) : "", look.Step == report.BestStep ? "kept" : "");
        }

        text.Append(looks);
        Append(text, "test prompts", report.Test);
        if (report.Unseen is { } unseen)
        {
            Append(text, "test prompts of unseen families", unseen);
        }

        text.AppendLine();
        text.AppendLine("Rows are right labels, columns the label given: the most probable of the labels. Shares in percent, with 95 % intervals.");
        text.AppendLine("Unrestricted: the greedy answer, of all that the model could say, is exactly the right label.");
        return text.ToString();
    }

    private static void Append(StringBuilder text, string of, ClassifierComparison comparison)
    {
        Append(text, $"base model, {of}", comparison.Base);
        Append(text, $"classifier, {of}", comparison.Classifier);
    }

    private static void Append(StringBuilder text, string title, ClassifierAccuracy accuracy)
    {
        text.AppendLine();
        text.AppendLine(FormattableString.Invariant(
            $"{title}: {accuracy.Total.Text()} of {accuracy.Total.N}; unrestricted {accuracy.Unrestricted.Text()}"));
        var table = new TextTable(["LABEL", .. accuracy.Labels.Select(row => row.Label), "N", "RIGHT"]);
        foreach (var row in accuracy.Labels)
        {
            table.Add([row.Label, .. row.Given.Select(count => count.ToString(CultureInfo.InvariantCulture)), row.Right.N, row.Right.Text()]);
        }

        text.Append(table);
    }

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
