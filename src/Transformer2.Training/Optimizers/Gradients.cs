using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.Optimizers;

/// <summary>Operations on the gradients of a set of parameters.</summary>
public static class Gradients
{
    /// <summary>Scales all gradients down together so that their global norm is at most <paramref name="maximum"/>.</summary>
    /// <returns>The norm before.</returns>
    public static double ClipNorm(IReadOnlyList<Tensor> parameters, double maximum)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var gradients = parameters.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        var norm = stack(gradients.Select(gradient => (gradient * gradient).sum())).sum().sqrt().ToDouble();
        var scale = maximum / (norm + 1e-6);
        if (scale < 1)
        {
            foreach (var gradient in gradients) gradient.mul_(Scalars.Of(scale));
        }

        return norm;
    }

    /// <summary>Sets all gradients to zero.</summary>
    public static void Clear(IReadOnlyList<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in parameters) parameter.grad?.zero_();
    }
}
