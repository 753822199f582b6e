using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Transformer2.Experts;

namespace Transformer2.Training.Reports;

/// <summary>What things are made of: parts that sum to a whole, as bars in pieces.</summary>
public static class ShareChart
{
    private const int PixelsPerRow = 34;
    private const int PixelsPerCharacter = 8;

    /// <summary>Writes an SVG file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The chart's title.</param>
    /// <param name="rows">Names of the bars, from the top.</param>
    /// <param name="parts">Each part's name, and its share per row.</param>
    public static void Save(string path, string title, IReadOnlyList<string> rows, IReadOnlyList<(string Name, IReadOnlyList<double> Shares)> parts)
    {
        var plot = new PlotModel
        {
            Title = title,
            Background = OxyColors.White,
            PlotMargins = new OxyThickness(20 + (PixelsPerCharacter * rows.Max(row => row.Length)), double.NaN, 20, 50),
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendItemSpacing = 40,
            LegendPadding = 32,
        });
        var names = new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0, GapWidth = 0.4 };
        names.Labels.AddRange(rows);
        plot.Axes.Add(names);
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "share in %", AxisTitleDistance = 10, Minimum = 0, Maximum = 101, MajorGridlineStyle = LineStyle.Dot });
        foreach (var (index, (name, shares)) in parts.Index())
        {
            var series = new BarSeries { Title = name, FillColor = ChartColors.Of(index), StrokeThickness = 0, IsStacked = true };
            series.Items.AddRange(shares.Select(share => new BarItem(100 * share)));
            plot.Series.Add(series);
        }

        AtomicFile.Write(path, stream => new SvgExporter { Width = 800, Height = 160 + (PixelsPerRow * rows.Count), UseVerticalTextAlignmentWorkaround = true }.Export(plot, stream));
    }
}
