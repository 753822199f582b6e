using TorchSharp;

namespace Transformer2.Modeling.Tests.Native;

public sealed class TorchNativeTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Equal(32, torch.matmul(torch.tensor(new[] { 1f, 2f, 3f }), torch.tensor(new[] { 4f, 5f, 6f })).item<float>());
    }
}
