using System.Globalization;
using System.Xml.Linq;
using Transformer2.TestKit;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.Reports;

public sealed class EnergyChartTests
{
    // Of a wide font of 12 units: a legend that is cut off where the text was thought to end is unreadable in it.
    private const double CharacterWidth = 7.5;

    [Theory]
    [InlineData("q_proj")]
    [InlineData("gate_proj")]
    [InlineData("down_proj")]
    public void A_name_in_the_legend_is_not_cut_off(string kind)
    {
        using var folder = new TemporaryFolder();
        EnergyChart.Save(folder.File("chart.svg"), "title", [("q_proj", Points()), ("gate_proj", Points()), ("down_proj", Points())]);
        var svg = XDocument.Load(folder.File("chart.svg"));

        var text = svg.Descendants().Single(element => element.Name.LocalName == "text" && element.Value == kind);
        var start = Number(text.Attribute("transform")!.Value.Split('(', ',')[1]);
        var clip = text.Ancestors().Select(element => element.Attribute("clip-path")?.Value).First(value => value is not null)![5..^1];
        var box = svg.Descendants().Single(element => (string?)element.Attribute("id") == clip).Elements().Single();

        Assert.True(start + (kind.Length * CharacterWidth) <= Number(box.Attribute("x")!.Value) + Number(box.Attribute("width")!.Value));
    }

    private static (double RankShare, double Energy, double Nuclear)[] Points() => [(0.1, 0.5, 0.3), (1, 1, 1)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
