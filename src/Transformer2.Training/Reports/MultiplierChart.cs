using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using Transformer2.Experts;

namespace Transformer2.Training.Reports;

/// <summary>What experts do to singular values: their multipliers by the place of the singular value, one expert below the other.</summary>
public static class MultiplierChart
{
    private const int Window = 9;
    private const double Gap = 0.04;
    private const int PanelHeight = 190;

    /// <summary>Writes an SVG file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">The drawing's title.</param>
    /// <param name="experts">The experts. Matrices of the same name without layer belong to one kind; the line is the mean over the layers, and over 9 places.</param>
    public static void Save(string path, string title, IReadOnlyList<(string Name, ExpertVector Expert)> experts)
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
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "singular value, the largest first", AxisTitleDistance = 10, Minimum = 0 });
        foreach (var (index, (name, expert)) in experts.Index())
        {
            var height = (1 - (Gap * (experts.Count - 1))) / experts.Count;
            var start = 1 - (index * (height + Gap)) - height;
            plot.Axes.Add(new LinearAxis
            {
                Key = name,
                Position = AxisPosition.Left,
                Title = $"z, {name}",
                StartPosition = Math.Max(0, start),
                EndPosition = start + height,
                AxisTitleDistance = 15,
                MajorGridlineStyle = LineStyle.Dot,
            });
            foreach (var (kind, (matrix, means)) in MeansByKind(expert).Index())
            {
                var line = new LineSeries { YAxisKey = name, Color = ChartColors.Of(kind), StrokeThickness = 1.5, Title = index == 0 ? matrix : null, RenderInLegend = index == 0 };
                line.Points.AddRange(Enumerable.Range(0, Math.Max(0, means.Length - Window + 1)).Select(first => new DataPoint(first + 1 + (Window / 2), means.AsSpan(first, Window).ToArray().Average())));
                plot.Series.Add(line);
            }
        }

        AtomicFile.Write(path, stream => new SvgExporter { Width = 800, Height = 120 + (PanelHeight * experts.Count), UseVerticalTextAlignmentWorkaround = true }.Export(plot, stream));
    }

    /// <summary>Mean multipliers over the layers by kind of matrix.</summary>
    public static IReadOnlyList<(string Kind, double[] Means)> MeansByKind(ExpertVector expert) =>
    [
        .. expert.Multipliers.GroupBy(entry => KindOf(entry.Key)).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (
            group.Key,
            Enumerable.Range(0, group.Min(entry => entry.Value.Length)).Select(place => group.Average(entry => (double)entry.Value.Span[place])).ToArray())),
    ];

    // model.layers.0.mlp.gate_proj.weight: the part before the last.
    private static string KindOf(string matrix) => matrix.Split('.') is [.., var kind, _] ? kind : matrix;
}
