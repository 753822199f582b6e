using System.Xml.Linq;
using Transformer2.Experts;
using Transformer2.TestKit;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.Reports;

public sealed class MultiplierChartTests
{
    [Fact]
    public void Matrices_of_all_layers_are_one_kind()
    {
        using var folder = new TemporaryFolder();
        var expert = new ExpertVector(
        [
            KeyValuePair.Create("model.layers.0.mlp.up_proj.weight", new float[] { 1, 2, 3 }),
            KeyValuePair.Create("model.layers.1.mlp.up_proj.weight", new float[] { 3, 4, 5 }),
            KeyValuePair.Create("model.layers.0.mlp.down_proj.weight", new float[] { 1, 1, 1 }),
        ]);

        var means = MultiplierChart.MeansByKind(expert);
        MultiplierChart.Save(folder.File("z.svg"), "z", [("one", expert), ("none", ExpertVector.Identity)]);

        Assert.Equal(["down_proj", "up_proj"], means.Select(kind => kind.Kind));
        Assert.Equal([2.0, 3, 4], means[1].Means);
        Assert.Equal("svg", XDocument.Load(folder.File("z.svg")).Root!.Name.LocalName);
    }
}
