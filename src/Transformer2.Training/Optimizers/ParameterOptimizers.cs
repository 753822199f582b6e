using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Training.Optimizers;

/// <summary>An optimizer for vectors of parameters.</summary>
public interface IOptimizerKind
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>Makes one.</summary>
    /// <param name="parameters">What is trained, by name.</param>
    /// <param name="weightDecay">Decoupled weight decay, where the kind has one.</param>
    /// <param name="origin">What the decay pulls to.</param>
    IParameterOptimizer Create(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, double weightDecay, double origin);
}

/// <summary>All optimizers by name.</summary>
public static class ParameterOptimizers
{
    /// <summary>Every kind.</summary>
    public static IReadOnlyList<IOptimizerKind> All { get; } = [new AdamKind(), new AdamWKind()];

    /// <summary>Finds a kind.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static IOptimizerKind Find(string name) => Named.Find(All, name, kind => kind.Name, "optimizer");
}

/// <summary>Adam: the published code.</summary>
public sealed class AdamKind : IOptimizerKind
{
    /// <inheritdoc/>
    public string Name => "adam";

    /// <inheritdoc/>
    public IParameterOptimizer Create(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, double weightDecay, double origin) => new AdamW(parameters);
}

/// <summary>Adam with decoupled weight decay: the paper.</summary>
public sealed class AdamWKind : IOptimizerKind
{
    /// <inheritdoc/>
    public string Name => "adamw";

    /// <inheritdoc/>
    public IParameterOptimizer Create(IReadOnlyList<KeyValuePair<string, Tensor>> parameters, double weightDecay, double origin) =>
        new AdamW(parameters, weightDecay: weightDecay, origin: origin);
}
