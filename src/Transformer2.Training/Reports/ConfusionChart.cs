using System.Globalization;
using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using Transformer2.Experts;
using Transformer2.Training.Classification;

namespace Transformer2.Training.Reports;

/// <summary>Confusion matrices side by side, as heat maps: the darker a cell, the more of its row's prompts are in it.</summary>
public static class ConfusionChart
{
    // Beyond, numbers no longer fit into the cells, and are left out.
    private const int MostWithNumbers = 16;
    private const int PixelsPerCell = 84;
    private const int PixelsPerSmallCell = 14;
    private const int PixelsPerCharacter = 8;
    private const int Margin = 65;
    private const int Gap = 40;
    private const string RowsKey = "rows";
    private const double DarkFrom = 0.55;

    /// <summary>Writes an SVG file.</summary>
    /// <param name="path">The file; it appears whole or not at all.</param>
    /// <param name="title">The chart's title.</param>
    /// <param name="matrices">What each matrix is of, and the matrix; all have the same labels.</param>
    public static void Save(string path, string title, IReadOnlyList<(string Name, ConfusionMatrix Matrix)> matrices)
    {
        var labels = matrices[0].Matrix.Labels;
        var names = Margin + (PixelsPerCharacter * labels.Max(label => label.Length));
        var side = labels.Count * (labels.Count > MostWithNumbers ? PixelsPerSmallCell : PixelsPerCell);
        double width = (matrices.Count * side) + ((matrices.Count - 1) * Gap);
        var plot = new PlotModel { Title = title, Background = OxyColors.White, PlotMargins = new OxyThickness(names, Gap, Gap, Margin) };
        var rows = Axis(AxisPosition.Left, RowsKey, labels);
        (rows.StartPosition, rows.EndPosition, rows.Title, rows.AxisTitleDistance) = (1, 0, "right label", 45); // from the top
        plot.Axes.Add(rows);
        foreach (var (index, (name, matrix)) in matrices.Index())
        {
            var start = index * (side + Gap) / width;
            var columns = Axis(AxisPosition.Bottom, $"{name}{index}", labels);
            (columns.StartPosition, columns.EndPosition, columns.Title, columns.AxisTitleDistance) = (start, start + (side / width), $"{name}: label given", 10);
            plot.Axes.Add(columns);
            AddCells(plot, columns.Key, matrix);
        }

        AtomicFile.Write(path, stream => new SvgExporter
        {
            Width = names + width + Gap,
            Height = side + (2 * Gap) + Margin,
            UseVerticalTextAlignmentWorkaround = true,
        }.Export(plot, stream));
    }

    private static CategoryAxis Axis(AxisPosition position, string key, IReadOnlyList<string> labels)
    {
        var axis = new CategoryAxis { Position = position, Key = key, Minimum = -0.5, Maximum = labels.Count - 0.5, GapWidth = 0 };
        axis.Labels.AddRange(labels);
        return axis;
    }

    private static void AddCells(PlotModel plot, string columns, ConfusionMatrix matrix)
    {
        for (var right = 0; right < matrix.Labels.Count; right++)
            for (var given = 0; given < matrix.Labels.Count; given++)
            {
                var (count, n) = (matrix.Counts[right][given], matrix.Right(right).Count);
                var share = n == 0 ? 0 : (double)count / n;
                plot.Annotations.Add(new RectangleAnnotation
                {
                    XAxisKey = columns,
                    YAxisKey = RowsKey,
                    MinimumX = given - 0.5,
                    MaximumX = given + 0.5,
                    MinimumY = right - 0.5,
                    MaximumY = right + 0.5,
                    Fill = OxyColor.Interpolate(OxyColors.White, OxyColors.SteelBlue, share),
                    Stroke = OxyColors.LightGray,
                    StrokeThickness = 1,
                    Text = matrix.Labels.Count > MostWithNumbers ? null : string.Create(CultureInfo.InvariantCulture, $"{count} ({100 * share:0} %)"),
                    TextColor = share > DarkFrom ? OxyColors.White : OxyColors.Black,
                    FontSize = 11,
                });
            }
    }
}
