using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Transformer2.Experts;

namespace Transformer2.Training.Reports;

/// <summary>A training by rewards.</summary>
/// <param name="Name">What was trained.</param>
/// <param name="Rewards">Mean reward of every step.</param>
/// <param name="Divergences">KL divergence from the base model of every step, in nats per answer; empty where it was not computed.</param>
/// <param name="Looks">Share of right validation answers after some steps.</param>
public sealed record TrainingCourse(string Name, IReadOnlyList<double> Rewards, IReadOnlyList<double> Divergences, IReadOnlyList<(int Step, double Right)> Looks);

/// <summary>Trainings by rewards side by side: reward, divergence and validation one below the other, over the same steps.</summary>
public static class CourseChart
{
    private const int Window = 5;

    private static readonly (string Key, string Title, double Start, double End)[] Panels =
        [("validation", "validation, % right", 0, 0.3), ("kl", "KL, nats per answer", 0.36, 0.64), ("reward", "mean reward", 0.7, 1)];

    /// <summary>Writes an SVG file, whole or not at all. Rewards and divergences are running means of 5 steps.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The drawing's title.</param>
    /// <param name="courses">The trainings.</param>
    public static void Save(string path, string title, IReadOnlyList<TrainingCourse> courses)
    {
        var plot = new PlotModel { Title = title, Background = OxyColors.White, PlotMargins = new OxyThickness(80, double.NaN, 20, 50) };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendItemSpacing = 40,
            LegendPadding = 32,
        });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "step", AxisTitleDistance = 10, Minimum = 0 });
        foreach (var (key, name, start, end) in Panels)
        {
            plot.Axes.Add(new LinearAxis
            {
                Key = key,
                Position = AxisPosition.Left,
                Title = name,
                StartPosition = start,
                EndPosition = end,
                AxisTitleDistance = 15,
                MajorGridlineStyle = LineStyle.Dot,
                Maximum = key == "validation" ? 102 : double.NaN,
            });
        }

        foreach (var (index, course) in courses.Index())
        {
            var color = ChartColors.Of(index);
            plot.Series.Add(Line("reward", color, Smooth(course.Rewards), course.Name));
            plot.Series.Add(Line("kl", color, Smooth(course.Divergences)));
            plot.Series.Add(Line("validation", color, course.Looks.Select(look => new DataPoint(look.Step, 100 * look.Right)), marks: true));
        }

        AtomicFile.Write(path, stream => new SvgExporter { Width = 800, Height = 700, UseVerticalTextAlignmentWorkaround = true }.Export(plot, stream));
    }

    private static IEnumerable<DataPoint> Smooth(IReadOnlyList<double> values) => values.Index().Select(entry =>
        new DataPoint(entry.Index + 1, values.Skip(Math.Max(0, entry.Index + 1 - Window)).Take(Math.Min(Window, entry.Index + 1)).Average()));

    private static LineSeries Line(string axis, OxyColor color, IEnumerable<DataPoint> points, string? title = null, bool marks = false)
    {
        var line = new LineSeries { YAxisKey = axis, Color = color, StrokeThickness = 1.5, Title = title, RenderInLegend = title is not null, MarkerType = marks ? MarkerType.Circle : MarkerType.None };
        line.Points.AddRange(points);
        return line;
    }
}
