using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.Optimizers;

/// <summary>Adam with decoupled weight decay (arXiv 1711.05101).</summary>
/// <param name="parameters">What is trained, by name.</param>
/// <param name="beta1">Memory of the mean gradient.</param>
/// <param name="beta2">Memory of the mean squared gradient.</param>
/// <param name="epsilon">Added to the root of the latter.</param>
/// <param name="weightDecay">0 is Adam.</param>
/// <param name="origin">What the decay pulls to: for multipliers that is 1, where they change nothing.</param>
public sealed class AdamW(
    IReadOnlyList<KeyValuePair<string, Tensor>> parameters, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0, double origin = 0)
    : IParameterOptimizer
{
    private readonly Tensor[] _first = [.. parameters.Select(entry => zeros_like(entry.Value).DetachFromDisposeScope())];
    private readonly Tensor[] _second = [.. parameters.Select(entry => zeros_like(entry.Value).DetachFromDisposeScope())];

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        parameters.SelectMany((entry, i) => new KeyValuePair<string, Tensor>[] { new($"adam.m.{entry.Key}", _first[i]), new($"adam.v.{entry.Key}", _second[i]) });

    /// <inheritdoc/>
    public void Step(double learningRate, int step)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        double correction1 = 1 - Math.Pow(beta1, step), correction2 = 1 - Math.Pow(beta2, step);
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Value is not { grad: { } gradient } parameter) continue;
            _first[i].mul_(Scalars.Of(beta1)).add_(gradient, alpha: Scalars.Of(1 - beta1));
            _second[i].mul_(Scalars.Of(beta2)).addcmul_(gradient, gradient, value: Scalars.Of(1 - beta2));
            var scale = (_second[i] / Scalars.Of(correction2)).sqrt_().add_(Scalars.Of(epsilon));
            if (weightDecay > 0) parameter.mul_(Scalars.Of(1 - (learningRate * weightDecay)));
            if (weightDecay > 0 && origin != 0) parameter.add_(Scalars.Of(learningRate * weightDecay * origin), Scalars.One);
            parameter.addcdiv_(_first[i], scale, value: Scalars.Of(-learningRate / correction1));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _first.Concat(_second)) state.Dispose();
    }
}
