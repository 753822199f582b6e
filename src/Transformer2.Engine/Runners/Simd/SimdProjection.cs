using Transformer2.Kernels.Weights;

namespace Transformer2.Engine;

/// <summary>A projection matrix in memory, with what an expert needs of it.</summary>
/// <param name="Name">The checkpoint's parameter name.</param>
/// <param name="Weights">[out, in]</param>
/// <param name="Bias">[out], or null.</param>
/// <param name="Factors">Its decomposition, or null where experts cannot be applied.</param>
internal sealed record SimdProjection(string Name, WeightMatrix Weights, PinnedFloats? Bias, SimdFactors? Factors);

/// <summary>A decomposition in memory, W = U diag(sigma) Vh.</summary>
/// <param name="U">[out, rank]</param>
/// <param name="Sigma">[rank]</param>
/// <param name="Vh">[rank, in]</param>
/// <param name="Directions">U transposed, [rank, out], for sums over a few directions; null where memory is kept for other things.</param>
/// <param name="Exact">The matrix and its factors as the model has them.</param>
internal sealed record SimdFactors(WeightMatrix U, PinnedFloats Sigma, WeightMatrix Vh, WeightMatrix? Directions, ExactFactors Exact)
{
    /// <summary>Number of singular values.</summary>
    public int Rank => Sigma.Length;
}

/// <summary>A matrix and its factors before anything is rounded to int8; where nothing is, the same memory that computes.</summary>
/// <param name="Weights">[out, in]</param>
/// <param name="U">[out, rank]</param>
/// <param name="Vh">[rank, in]</param>
internal readonly record struct ExactFactors(WeightMatrix Weights, WeightMatrix U, WeightMatrix Vh);
