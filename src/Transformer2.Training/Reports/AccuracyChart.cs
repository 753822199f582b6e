using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Transformer2.Training.Evaluation;

namespace Transformer2.Training.Reports;

/// <summary>Accuracies of several models side by side, as bars with their 95 % intervals.</summary>
public static class AccuracyChart
{
    private const int PixelsPerBar = 11;
    private const int PixelsPerCharacter = 8;

    private static readonly OxyColor[] Colors =
        [OxyColors.LightGray, OxyColors.SteelBlue, OxyColors.DarkOrange, OxyColors.SeaGreen, OxyColors.MediumPurple, OxyColors.IndianRed];

    /// <summary>Writes an SVG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The chart's title.</param>
    /// <param name="rows">Names of the groups of bars, from the top.</param>
    /// <param name="columns">One bar in every group each: its name, and its result per row.</param>
    public static void Save(string path, string title, IReadOnlyList<string> rows, IReadOnlyList<(string Name, IReadOnlyList<Proportion> Results)> columns)
    {
        var plot = new PlotModel
        {
            Title = title,
            Background = OxyColors.White,
            IsLegendVisible = true,
            // Without a font at hand OxyPlot takes labels for narrower than browsers draw them.
            PlotMargins = new OxyThickness(20 + (PixelsPerCharacter * rows.Max(row => row.Length)), double.NaN, double.NaN, 50),
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendItemSpacing = 40,
            LegendPadding = 32,
        });
        var groups = new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0, GapWidth = 0.4 };
        groups.Labels.AddRange(rows);
        plot.Axes.Add(groups);
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "right answers in %, with 95 % intervals",
            AxisTitleDistance = 10,
            Minimum = 0,
            Maximum = 101,
            MajorGridlineStyle = LineStyle.Dot,
        });
        foreach (var (index, column) in columns.Index())
            plot.Series.Add(Bars(column.Name, column.Results, Colors[index % Colors.Length]));

        using var stream = File.Create(path);
        var height = 140 + (rows.Count * (columns.Count + 1) * PixelsPerBar);
        new SvgExporter { Width = 800, Height = height, UseVerticalTextAlignmentWorkaround = true }.Export(plot, stream);
    }

    // Wilson's interval is not symmetric; the bar's error mark is drawn around its middle.
    private static ErrorBarSeries Bars(string name, IEnumerable<Proportion> results, OxyColor color)
    {
        var series = new ErrorBarSeries { Title = name, FillColor = color, StrokeThickness = 0, ErrorStrokeThickness = 1, ErrorWidth = 0.5 };
        series.Items.AddRange(results.Select(result => new ErrorBarItem(100 * result.Value, 50 * (result.Interval.High - result.Interval.Low))));
        return series;
    }
}
