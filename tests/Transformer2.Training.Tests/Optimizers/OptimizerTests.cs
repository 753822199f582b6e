using TorchSharp;
using Transformer2.Training.Optimizers;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Optimizers;

public sealed class OptimizerTests
{
    [Fact]
    public void AdamW_equals_libtorchs()
    {
        using var scope = NewDisposeScope();
        var own = tensor(new float[] { 1, -2, 3 }).requires_grad_(true);
        var reference = new TorchSharp.Modules.Parameter(tensor(new float[] { 1, -2, 3 }));
        using var optimizer = new AdamW([KeyValuePair.Create("x", own)], 0.9, 0.95, 1e-8, weightDecay: 0.1);
        using var library = optim.AdamW([reference], lr: 0.05, beta1: 0.9, beta2: 0.95, weight_decay: 0.1);
        for (var step = 1; step <= 10; step++)
        {
            own.grad?.zero_();
            library.zero_grad();
            own.pow(3).sum().backward();
            reference.pow(3).sum().backward();
            optimizer.Step(0.05, step);
            library.step();
        }

        Assert.InRange((own - reference).abs().max().ToDouble(), 0, 1e-5);
    }

    [Fact]
    public void Muons_update_is_near_semi_orthogonal_whatever_the_gradients_scale()
    {
        using var scope = NewDisposeScope();
        foreach (var shape in new long[][] { [24, 8], [8, 24] })
        {
            var weight = zeros(shape).requires_grad_(true);
            using var optimizer = new Muon([KeyValuePair.Create("w", weight)]);
            (weight * randn(shape, generator: new Generator(1)) * 1e-4).sum().backward();
            optimizer.Step(1, 1);
            var values = linalg.svdvals(weight.detach() / (0.2 * Math.Sqrt(24)));
            Assert.InRange(values.min().ToDouble(), 0.5, 1.3);
            Assert.InRange(values.max().ToDouble(), 0.5, 1.3);
        }
    }

    [Fact]
    public void Clipping_scales_all_gradients_together()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[] { 1 }).requires_grad_(true);
        var b = tensor(new float[] { 1 }).requires_grad_(true);
        ((3 * a) + (4 * b)).sum().backward();
        Assert.Equal(5, Gradients.ClipNorm([a, b], 1), 1e-5);
        Assert.Equal(0.6, a.grad!.ToDouble(), 1e-5);
        Assert.Equal(0.8, b.grad!.ToDouble(), 1e-5);
    }
}
