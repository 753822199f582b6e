using Transformer2.Experts;
using Transformer2.Training.Lora;

namespace Transformer2.Training.Adapters;

/// <summary>A trained adapter as plain numbers. Immutable.</summary>
public abstract record AdapterWeights
{
    /// <summary>Number of trained parameters.</summary>
    public abstract long ParameterCount { get; }
}

/// <summary>Effective multipliers: an expert.</summary>
/// <param name="Vector">The multipliers.</param>
public sealed record SvfWeights(ExpertVector Vector) : AdapterWeights
{
    /// <inheritdoc/>
    public override long ParameterCount => Vector.ParameterCount;
}

/// <summary>Low-rank updates.</summary>
/// <param name="Matrices">By matrix name.</param>
public sealed record LoraWeights(IReadOnlyDictionary<string, LoraMatrix> Matrices) : AdapterWeights
{
    /// <inheritdoc/>
    public override long ParameterCount => Matrices.Values.Sum(matrix => (long)matrix.A.Count + matrix.B.Count);
}
