using System.Globalization;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Trainings as text.</summary>
internal static class TrainJobView
{
    /// <summary>How far a job is, on one line.</summary>
    public static string Line(V1.Training training, TrainJobFiles.Course course)
    {
        var step = course.Last is { } last
            ? $"{If(last.HasReward, "reward", last.Reward)}{If(last.HasKl, "KL", last.Kl)}{If(!last.HasReward, "loss", last.Loss)}"
            : "";
        var look = course.Look is { } seen ? $", validation {seen.Right}/{seen.Count}" : "";
        var left = training.HasSecondsLeft ? $", {TimeSpan.FromSeconds(training.SecondsLeft):hh\\:mm\\:ss} left" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{AdaptationView.ShortOf(training.Name)}: {State(training)} {training.Progress * 100:0} % {training.Phase}{step}{look}{left}");

        static string If(bool isThere, string name, double value) =>
            isThere ? string.Create(CultureInfo.InvariantCulture, $", {name} {value:0.000}") : "";
    }

    public static string Table(IEnumerable<V1.Training> trainings)
    {
        var table = new TextTable("ID", "DATA SET", "OBJECTIVE", "STATE", "PROGRESS", "EXPERT", "CREATED", "");
        foreach (var training in trainings)
        {
            table.Add(
                AdaptationView.ShortOf(training.Name),
                AdaptationView.ShortOf(training.Recipe.Dataset),
                training.Recipe.Objective,
                State(training),
                training.Progress.ToString("0 %", CultureInfo.InvariantCulture),
                training.ExpertId,
                Amounts.Time(training.CreateTime),
                training.Error?.Reason ?? training.Phase);
        }

        return table.ToString();
    }

    /// <summary>All of a job but its steps.</summary>
    public static string Details(V1.Training training)
    {
        var recipe = training.Recipe;
        var table = new TextTable()
            .Add("name", training.Name)
            .Add("data set", AdaptationView.ShortOf(recipe.Dataset))
            .Add("objective", recipe.Objective)
            .Add("verifier", recipe.Verifier.Name)
            .Add("steps", recipe.Steps)
            .Add("seed", recipe.Seed)
            .Add("state", State(training))
            .Add("progress", training.Progress.ToString("0 %", CultureInfo.InvariantCulture));
        AddIf(training.Phase.Length > 0, "phase", training.Phase);
        AddIf(training.HasSecondsLeft, "left", TimeSpan.FromSeconds(training.SecondsLeft).ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture));
        table.Add("expert", training.ExpertId).Add("created", Amounts.Time(training.CreateTime));
        AddIf(training.EndTime is not null, "ended", Amounts.Time(training.EndTime));
        AddIf(training.Resumptions > 0, "resumed", $"{training.Resumptions} times");
        AddIf(training.Error is not null, "error", $"{training.Error?.Reason}: {training.Error?.Message}");
        if (training.Result is { } result)
        {
            table.Add("best step", result.BestStep).Add("spectral drift", Amounts.Figure(result.SpectralDrift));
            AddIf(result.Test is not null, "test", Text(result.Test));
            AddIf(result.Regression is not null, "regression", Text(result.Regression));
            foreach (var gate in result.FailedGates)
            {
                table.Add("failed gate", gate);
            }
        }

        return table.ToString();

        void AddIf(bool condition, string name, string value)
        {
            if (condition)
            {
                table.Add(name, value);
            }
        }
    }

    private static string Text(PairedResult? result) => result is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{result.BaseRight} of {result.Count} right without, {result.ExpertRight} with the expert (lost {result.Lost}, gained {result.Gained}, p = {result.PValue:0.####})");

    private static string State(V1.Training training) => training.State.ToString().ToLowerInvariant();
}
