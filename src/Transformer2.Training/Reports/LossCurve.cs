using System.Globalization;
using System.Text;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using Transformer2.Experts;

namespace Transformer2.Training.Reports;

/// <summary>The loss of every step, kept as a CSV file and drawn as an SVG beside it.</summary>
public sealed class LossCurve
{
    /// <summary>What a loss is measured in.</summary>
    internal const string LossAxis = "loss (nats per token)";

    private const string Header = "step,loss";
    private const int SmoothingWindow = 25;

    private readonly string _path;
    private readonly string _title;
    private readonly List<(int Step, double Loss)> _points = [];

    /// <summary>Opens a curve, with the points that the file already has.</summary>
    /// <param name="csvPath">The CSV file; the drawing takes its name with <c>.svg</c>.</param>
    /// <param name="title">The drawing's title.</param>
    public LossCurve(string csvPath, string title)
    {
        _path = csvPath;
        _title = title;
        if (!File.Exists(_path)) return;
        foreach (var line in File.ReadLines(_path).Skip(1))
        {
            var fields = line.Split(',');
            if (fields.Length == 2
                && int.TryParse(fields[0], CultureInfo.InvariantCulture, out var step)
                && double.TryParse(fields[1], CultureInfo.InvariantCulture, out var loss))
            {
                _points.Add((step, loss));
            }
        }
    }

    /// <summary>The points so far.</summary>
    public IReadOnlyList<(int Step, double Loss)> Points => _points;

    /// <summary>Mean loss of the last steps.</summary>
    public double Recent => _points.TakeLast(SmoothingWindow).Select(point => point.Loss).DefaultIfEmpty(0).Average();

    /// <summary>Adds a step.</summary>
    public void Add(int step, double loss) => _points.Add((step, loss));

    /// <summary>Drops the steps that a resumed training will do again.</summary>
    public void TruncateAfter(int step) => _points.RemoveAll(point => point.Step > step);

    /// <summary>Writes both files, each of them whole or not at all.</summary>
    public void Save()
    {
        var csv = new StringBuilder(Header).Append('\n');
        foreach (var (step, loss) in _points) csv.Append(CultureInfo.InvariantCulture, $"{step},{loss:0.######}\n");
        AtomicFile.Write(_path, Encoding.UTF8.GetBytes(csv.ToString()));
        AtomicFile.Write(Path.ChangeExtension(_path, ".svg"), Draw);
    }

    private void Draw(FileStream stream)
    {
        var plot = new PlotModel { Title = _title, Background = OxyColors.White, PlotMargins = new OxyThickness(70, double.NaN, double.NaN, 50) };
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Bottom, Title = "step", AxisTitleDistance = 10 });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = LossAxis, AxisTitleDistance = 20, MajorGridlineStyle = LineStyle.Dot });
        foreach (var line in Lines(_points)) plot.Series.Add(line);
        new SvgExporter { Width = 800, Height = 450, UseVerticalTextAlignmentWorkaround = true }.Export(plot, stream);
    }

    /// <summary>A figure of every step as a pale line, and its running mean.</summary>
    internal static IEnumerable<LineSeries> Lines(IReadOnlyList<(int Step, double Value)> points) =>
        [Line(points, OxyColors.LightGray, 1), Line([.. Smoothed(points)], OxyColors.SteelBlue, 2)];

    private static LineSeries Line(IReadOnlyList<(int Step, double Value)> points, OxyColor color, double width)
    {
        var series = new LineSeries { Color = color, StrokeThickness = width };
        series.Points.AddRange(points.Select(point => new DataPoint(point.Step, point.Value)));
        return series;
    }

    private static IEnumerable<(int Step, double Value)> Smoothed(IReadOnlyList<(int Step, double Value)> points)
    {
        for (var end = SmoothingWindow; end <= points.Count; end += Math.Max(1, points.Count / 400))
            yield return (points[end - 1].Step, points.Skip(end - SmoothingWindow).Take(SmoothingWindow).Average(point => point.Value));
    }
}
