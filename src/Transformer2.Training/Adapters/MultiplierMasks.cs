using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.Adapters;

/// <summary>How a trained parameter becomes the multiplier of a singular value.</summary>
public interface IMultiplierMask
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>Multipliers of parameters; differentiable.</summary>
    /// <param name="parameter">[rank]: p.</param>
    /// <param name="most">The largest multiplier, where there is one.</param>
    /// <returns>[rank]: mu.</returns>
    Tensor Apply(Tensor parameter, double most);

    /// <summary>The parameter whose multiplier is 1; null when it has none.</summary>
    double? Start(double most);

    /// <summary>Whether multipliers are bounded, so that with renormalisation any start will do.</summary>
    bool IsBounded { get; }
}

/// <summary>All masks by name.</summary>
public static class MultiplierMasks
{
    /// <summary>Every mask.</summary>
    public static IReadOnlyList<IMultiplierMask> All { get; } = [new IdentityMask(), new SigmoidMask()];

    /// <summary>Finds a mask.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static IMultiplierMask Find(string name) => Named.Find(All, name, mask => mask.Name, "mask");
}

/// <summary>mu = p: the paper.</summary>
public sealed class IdentityMask : IMultiplierMask
{
    /// <inheritdoc/>
    public string Name => "identity";

    /// <inheritdoc/>
    public bool IsBounded => false;

    /// <inheritdoc/>
    public Tensor Apply(Tensor parameter, double most) => parameter;

    /// <inheritdoc/>
    public double? Start(double most) => 1;
}

/// <summary>mu = max_mult * sigmoid(p): the published code.</summary>
public sealed class SigmoidMask : IMultiplierMask
{
    /// <inheritdoc/>
    public string Name => "sigmoid";

    /// <inheritdoc/>
    public bool IsBounded => true;

    /// <inheritdoc/>
    public Tensor Apply(Tensor parameter, double most) => parameter.sigmoid() * Scalars.Of(most);

    /// <inheritdoc/>
    public double? Start(double most) => most > 1 ? -Math.Log(most - 1) : null;
}
