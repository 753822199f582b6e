using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Checkpoints;

public sealed class TensorConversionTests
{
    [Fact]
    public void A_tensor_larger_than_one_piece_is_read_whole()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var values = new float[(5 << 20) + 3]; // more than 16 MiB, and not a multiple of it
        for (var i = 0; i < values.Length; i++) values[i] = i;
        SafetensorsWriter.Write(folder.File("large"), [TensorData.Of("x", values), TensorData.Of("empty", Array.Empty<float>(), 0, 3), TensorData.Of("one", new[] { 7f })]);

        using var file = SafetensorsFile.Open(folder.File("large"));

        Assert.Equal(values, file.ReadTensor("x").data<float>().ToArray());
        Assert.Equal([0, 3], file.ReadTensor("empty").shape);
        Assert.Equal(7, file.ReadTensor("one").ToSingle());
    }
}
