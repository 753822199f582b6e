using Transformer2.Experts;

namespace Transformer2.Adaptation.Composition;

/// <summary>
/// A way to make one expert of several, over effective multipliers z. A matrix that a member leaves out counts as ones there; one that all
/// leave out stays unadapted.
/// </summary>
public interface ICompositionOperator
{
    /// <summary>The stable name that a request or a policy chooses it by.</summary>
    string Name { get; }

    /// <summary>Composes the members; their order does not matter beyond the last bits of a sum.</summary>
    /// <param name="members">The experts with their weights, at least one.</param>
    /// <exception cref="ExpertCompositionException">
    /// No member, a weight that is not finite or not one that the operator takes, matrices of different rank, or a matrix whose multipliers
    /// overflow or do not sum to more than zero.
    /// </exception>
    ExpertVector Compose(IReadOnlyList<WeightedExpert> members);
}
