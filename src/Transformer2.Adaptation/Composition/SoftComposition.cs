using Transformer2.Experts;

namespace Transformer2.Adaptation.Composition;

/// <summary>
/// <c>soft</c>, for weights that are probabilities: z = 1 + sum over k of w_k * (z_k - 1). What the weights lack to one belongs to the
/// identity, so that a prompt which fits no expert well is answered nearly by the base model. Weights are at least zero and sum to at most
/// one, up to a rounding error of 1e-6.
/// </summary>
public sealed class SoftComposition : ICompositionOperator
{
    private const double Tolerance = 1e-6;

    /// <inheritdoc/>
    public string Name => "soft";

    /// <inheritdoc/>
    public ExpertVector Compose(IReadOnlyList<WeightedExpert> members)
    {
        var sum = ExpertComposition.SumOfWeights(members);
        if (members.Any(member => member.Weight < 0) || sum > 1 + Tolerance)
        {
            throw new ExpertCompositionException(
                ExpertCompositionReason.WeightOutOfRange, $"'{Name}' takes weights of at least 0 that sum to at most 1, these sum to {sum}.");
        }

        var rest = 1 - sum;
        return ExpertComposition.Linear(rest == 0 ? members : [.. members, new WeightedExpert(ExpertVector.Identity, rest)]);
    }
}
