using Transformer2.Experts;

namespace Transformer2.Adaptation.Composition;

/// <summary>
/// <c>norm-preserving</c>: z = sum over k of w_k * z_k / sum over k of w_k. Only the weights' proportions count. A renormalised expert keeps
/// the sum of the singular values, sum(sigma * z) = sum(sigma); so does an average of such experts, whatever the matrix and without knowing
/// its sigma. The published code gets the same invariance by renormalising each mixed matrix.
/// </summary>
public sealed class NormPreservingComposition : ICompositionOperator
{
    /// <inheritdoc/>
    public string Name => "norm-preserving";

    /// <inheritdoc/>
    public ExpertVector Compose(IReadOnlyList<WeightedExpert> members)
    {
        var sum = ExpertComposition.SumOfWeights(members);
        return sum > 0 && double.IsFinite(sum)
            ? ExpertComposition.Linear([.. members.Select(member => member with { Weight = member.Weight / sum })])
            : throw new ExpertCompositionException(
                ExpertCompositionReason.WeightOutOfRange, $"'{Name}' takes weights with a finite sum above 0, these sum to {sum}.");
    }
}
