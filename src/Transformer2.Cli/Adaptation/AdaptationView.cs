using System.Globalization;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Jobs as text.</summary>
internal static class AdaptationView
{
    /// <summary>The last part of a resource name.</summary>
    public static string ShortOf(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>How far a job is, on one line.</summary>
    public static string Line(V1.Adaptation adaptation)
    {
        var best = adaptation.FewShotResult?.BestScores is [.., var score] ? $", best score {Amounts.Figure(score)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{ShortOf(adaptation.Name)}: {State(adaptation)} {adaptation.Progress * 100:0} % {adaptation.Phase}{best}");
    }

    public static string Table(IEnumerable<V1.Adaptation> adaptations)
    {
        var table = new TextTable("ID", "JOB", "STATE", "PROGRESS", "EXPERT", "CREATED", "");
        foreach (var adaptation in adaptations)
        {
            table.Add(
                ShortOf(adaptation.Name),
                Kind(adaptation),
                State(adaptation),
                adaptation.Progress.ToString("0 %", CultureInfo.InvariantCulture),
                adaptation.ExpertId,
                Amounts.Time(adaptation.CreateTime),
                adaptation.Error?.Reason ?? adaptation.Phase);
        }

        return table.ToString();
    }

    /// <summary>All of a job.</summary>
    public static string Details(V1.Adaptation adaptation)
    {
        var table = new TextTable()
            .Add("name", adaptation.Name)
            .Add("job", Kind(adaptation))
            .Add("state", State(adaptation))
            .Add("progress", adaptation.Progress.ToString("0 %", CultureInfo.InvariantCulture));
        AddIf(adaptation.Phase.Length > 0, "phase", adaptation.Phase);
        table.Add("expert", adaptation.ExpertId).Add("created", Amounts.Time(adaptation.CreateTime));
        AddIf(adaptation.EndTime is not null, "ended", Amounts.Time(adaptation.EndTime));
        AddIf(adaptation.Resumptions > 0, "resumed", $"{adaptation.Resumptions} times");
        AddIf(adaptation.Error is not null, "error", $"{adaptation.Error?.Reason}: {adaptation.Error?.Message}");
        var result = adaptation.FewShotResult is { } search ? FewShotResultView.Text(search)
            : adaptation.ClassifierResult is { } training ? ClassifierResultView.Text(training)
            : "";
        return result.Length == 0 ? table.ToString() : $"{table}\n{result}";

        void AddIf(bool condition, string name, string value)
        {
            if (condition)
            {
                table.Add(name, value);
            }
        }
    }

    private static string Kind(V1.Adaptation adaptation) => adaptation.JobCase == V1.Adaptation.JobOneofCase.Classifier ? "classifier" : "few-shot";

    private static string State(V1.Adaptation adaptation) => adaptation.State.ToString().ToLowerInvariant();
}
