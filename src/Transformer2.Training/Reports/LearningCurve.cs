using System.Globalization;
using System.Text;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Transformer2.Experts;

namespace Transformer2.Training.Reports;

/// <summary>How a training went: what each step saw, and what the looks at the validation split found.</summary>
public static class LearningCurve
{
    private const string ValidationKey = "validation";

    /// <summary>Writes a CSV file, and a drawing of the name with <c>.svg</c> beside it, each of them whole or not at all.</summary>
    /// <param name="csvPath">The CSV file: <c>step,loss,reward,validation</c>, empty where there is nothing.</param>
    /// <param name="title">The drawing's title.</param>
    /// <param name="losses">Loss of every step.</param>
    /// <param name="rewards">Mean reward of every step, which is drawn instead of the loss; empty where there is none.</param>
    /// <param name="looks">Share of right ones after some steps, from 0 to 1.</param>
    /// <param name="divergences">KL divergence from the base model of every step, a further column <c>kl</c>; null or empty where it was not computed.</param>
    public static void Save(
        string csvPath,
        string title,
        IReadOnlyList<double> losses,
        IReadOnlyList<double> rewards,
        IReadOnlyList<(int Step, double Right)> looks,
        IReadOnlyList<double>? divergences = null)
    {
        SaveCsv(csvPath, losses, rewards, looks, divergences);
        SaveChart(Path.ChangeExtension(csvPath, ".svg"), title, losses, rewards, looks);
    }

    /// <summary>Writes the CSV file of <see cref="Save"/> alone.</summary>
    public static void SaveCsv(
        string path, IReadOnlyList<double> losses, IReadOnlyList<double> rewards, IReadOnlyList<(int Step, double Right)> looks, IReadOnlyList<double>? divergences = null) =>
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(Csv(losses, rewards, looks, divergences is { Count: > 0 } ? divergences : null)));

    /// <summary>Writes the drawing of <see cref="Save"/> alone.</summary>
    public static void SaveChart(
        string path, string title, IReadOnlyList<double> losses, IReadOnlyList<double> rewards, IReadOnlyList<(int Step, double Right)> looks) => AtomicFile.Write(
        path,
        stream => new SvgExporter { Width = 800, Height = 450, UseVerticalTextAlignmentWorkaround = true }.Export(Plot(title, losses, rewards, looks), stream));

    private static string Csv(
        IReadOnlyList<double> losses, IReadOnlyList<double> rewards, IReadOnlyList<(int Step, double Right)> looks, IReadOnlyList<double>? divergences)
    {
        var right = looks.ToDictionary(look => look.Step, look => look.Right);
        var csv = new StringBuilder("step,loss,reward,validation").Append(divergences is null ? "\n" : ",kl\n");
        for (var step = 0; step <= losses.Count; step++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{step},");
            if (step > 0) csv.Append(CultureInfo.InvariantCulture, $"{losses[step - 1]:0.######}");
            csv.Append(',');
            if (step > 0 && step <= rewards.Count) csv.Append(CultureInfo.InvariantCulture, $"{rewards[step - 1]:0.######}");
            csv.Append(',');
            if (right.TryGetValue(step, out var share)) csv.Append(CultureInfo.InvariantCulture, $"{share:0.######}");
            if (divergences is not null) csv.Append(',');
            if (divergences is not null && step > 0 && step <= divergences.Count) csv.Append(CultureInfo.InvariantCulture, $"{divergences[step - 1]:0.######}");
            csv.Append('\n');
        }

        return csv.ToString();
    }

    private static PlotModel Plot(string title, IReadOnlyList<double> losses, IReadOnlyList<double> rewards, IReadOnlyList<(int Step, double Right)> looks)
    {
        var plot = new PlotModel { Title = title, Background = OxyColors.White, PlotMargins = new OxyThickness(70, double.NaN, 70, 50) };
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "step", AxisTitleDistance = 10, Minimum = 0 });
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left,
            Title = rewards.Count > 0 ? "mean reward (blue)" : $"{LossCurve.LossAxis} (blue)",
            AxisTitleDistance = 20,
            MajorGridlineStyle = LineStyle.Dot,
        });
        plot.Axes.Add(new LinearAxis
        {
            Key = ValidationKey,
            Position = AxisPosition.Right,
            Title = "right on validation in % (orange)",
            AxisTitleDistance = 20,
            Minimum = 0,
            Maximum = 101,
        });
        var steps = rewards.Count > 0 ? rewards : losses;
        foreach (var line in LossCurve.Lines([.. steps.Select((value, index) => (index + 1, value))])) plot.Series.Add(line);
        var validation = new LineSeries { Color = OxyColors.DarkOrange, StrokeThickness = 2, MarkerType = MarkerType.Circle, YAxisKey = ValidationKey };
        validation.Points.AddRange(looks.Select(look => new DataPoint(look.Step, 100 * look.Right)));
        plot.Series.Add(validation);
        return plot;
    }
}
