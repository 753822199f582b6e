using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Transformer2.Experts;

namespace Transformer2.Training.Reports;

/// <summary>Which share of a matrix its largest singular values have, as curves over the share of components.</summary>
public static class EnergyChart
{
    private static readonly OxyColor[] Colors =
    [
        OxyColors.SteelBlue, OxyColors.DarkOrange, OxyColors.SeaGreen, OxyColors.MediumPurple, OxyColors.IndianRed, OxyColors.Goldenrod, OxyColors.SlateGray,
    ];

    /// <summary>Writes an SVG file: solid lines are shares of the sum of sigma^2, dashed ones of the sum of sigma.</summary>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="title">The chart's title.</param>
    /// <param name="curves">Per kind of matrix, points of share of components, of energy and of the nuclear norm, each from 0 to 1.</param>
    public static void Save(string path, string title, IReadOnlyList<(string Kind, (double RankShare, double Energy, double Nuclear)[] Points)> curves)
    {
        var plot = new PlotModel { Title = title, Background = OxyColors.White, IsLegendVisible = true, PlotMargins = new OxyThickness(60, double.NaN, 20, 50) };
        // Shares of the largest values never come below the diagonal: the corner under it is free. What is wider than the legend is cut
        // off, and the viewer's font may be wider than the one that it is measured with: the padding is for that.
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Inside,
            LegendPosition = LegendPosition.RightBottom,
            LegendMargin = 16,
            LegendPadding = 32,
            LegendLineSpacing = 8,
            LegendSymbolLength = 24,
            LegendBackground = OxyColors.White,
        });
        plot.Axes.Add(Axis(AxisPosition.Bottom, "largest singular values kept, in %"));
        plot.Axes.Add(Axis(AxisPosition.Left, "share in % (solid: energy, dashed: nuclear norm)"));
        foreach (var (index, (kind, points)) in curves.Index())
        {
            var color = Colors[index % Colors.Length];
            plot.Series.Add(Line(kind, color, LineStyle.Solid, points.Select(point => new DataPoint(100 * point.RankShare, 100 * point.Energy))));
            plot.Series.Add(Line(null, color, LineStyle.Dash, points.Select(point => new DataPoint(100 * point.RankShare, 100 * point.Nuclear))));
        }

        AtomicFile.Write(path, stream => new SvgExporter { Width = 800, Height = 500, UseVerticalTextAlignmentWorkaround = true }.Export(plot, stream));
    }

    private static LinearAxis Axis(AxisPosition position, string title) => new()
    {
        Position = position,
        Title = title,
        AxisTitleDistance = 10,
        Minimum = 0,
        Maximum = 101,
        MajorGridlineStyle = LineStyle.Dot,
    };

    private static LineSeries Line(string? title, OxyColor color, LineStyle style, IEnumerable<DataPoint> points)
    {
        var series = new LineSeries { Title = title, Color = color, StrokeThickness = 1.5, LineStyle = style, RenderInLegend = title is not null };
        series.Points.AddRange(points);
        return series;
    }
}
