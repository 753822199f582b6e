using System.Xml.Linq;
using Transformer2.TestKit;
using Transformer2.Training.Classification;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.Reports;

public sealed class ClassificationReportTests
{
    [Fact]
    public void A_chart_has_every_count_and_label_of_both_matrices()
    {
        using var folder = new TemporaryFolder();
        ConfusionMatrix first = new(["math", "code"], [[301, 12], [7, 233]]), second = new(["math", "code"], [[311, 2], [0, 240]]);

        ConfusionChart.Save(folder.File("chart.svg"), "title", [("base", first), ("classifier", second)]);

        var texts = XDocument.Load(folder.File("chart.svg")).Descendants().Where(element => element.Name.LocalName == "text").Select(element => element.Value).ToList();
        foreach (var expected in (string[])["301 (96 %)", "12 (4 %)", "7 (3 %)", "233 (97 %)", "311 (99 %)", "2 (1 %)", "0 (0 %)", "240 (100 %)"])
            Assert.Contains(expected, texts);
        Assert.Equal(3, texts.Count(text => text == "math"));
        Assert.Contains("classifier: label given", texts);
    }

    [Fact]
    public void Many_labels_are_drawn_without_numbers()
    {
        using var folder = new TemporaryFolder();
        string[] labels = [.. Enumerable.Range(0, 64).Select(label => $"label {label}")];
        ConfusionChart.Save(folder.File("chart.svg"), "title", [("base", new ConfusionMatrix(labels, [.. labels.Select(_ => new int[64])]))]);
        Assert.DoesNotContain("%", File.ReadAllText(folder.File("chart.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_learning_curve_has_a_line_per_step()
    {
        using var folder = new TemporaryFolder();
        LearningCurve.Save(folder.File("curve.csv"), "title", [1.5, 1], [], [(0, 0.25), (2, 0.5)]);
        Assert.Equal(["step,loss,reward,validation", "0,,,0.25", "1,1.5,,", "2,1,,0.5"], File.ReadAllLines(folder.File("curve.csv")));
        LearningCurve.Save(folder.File("curve.csv"), "title", [1.5, double.NaN], [-1, 0.5], [(0, 0)]);
        Assert.Equal(["step,loss,reward,validation", "0,,,0", "1,1.5,-1,", "2,NaN,0.5,"], File.ReadAllLines(folder.File("curve.csv")));
        Assert.Contains("mean reward", File.ReadAllText(folder.File("curve.svg")), StringComparison.Ordinal);
    }
}
