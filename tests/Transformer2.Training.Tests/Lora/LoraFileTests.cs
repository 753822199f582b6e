using Transformer2.Experts;
using Transformer2.TestKit;
using Transformer2.Training.Adapters;
using Transformer2.Training.Lora;

namespace Transformer2.Training.Tests.Lora;

public sealed class LoraFileTests
{
    [Fact]
    public void Updates_are_written_in_pefts_layout()
    {
        using var folder = new TemporaryFolder();
        var matrix = new LoraMatrix(2, 4, [1, 2, 3, 4, 5, 6], [7, 8]);
        LoraFile.Write(folder.File("adapter.safetensors"), new LoraWeights(new Dictionary<string, LoraMatrix> { ["model.layers.0.mlp.up_proj.weight"] = matrix }));

        using var file = SafetensorsFile.Open(folder.File("adapter.safetensors"));
        Assert.Equal([2L, 3L], file.Tensors["base_model.model.model.layers.0.mlp.up_proj.lora_A.weight"].Shape);
        Assert.Equal([1L, 2L], file.Tensors["base_model.model.model.layers.0.mlp.up_proj.lora_B.weight"].Shape);
        Assert.Equal(("2", "8"), (file.Metadata["r"], file.Metadata["lora_alpha"]));
    }
}
