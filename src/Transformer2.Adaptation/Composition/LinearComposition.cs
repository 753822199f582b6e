using Transformer2.Experts;

namespace Transformer2.Adaptation.Composition;

/// <summary><c>linear</c>, the mixture of Transformer-Squared: z = sum over k of w_k * z_k, with the weights as given.</summary>
public sealed class LinearComposition : ICompositionOperator
{
    /// <inheritdoc/>
    public string Name => CompositionOperators.Linear;

    /// <inheritdoc/>
    public ExpertVector Compose(IReadOnlyList<WeightedExpert> members) => ExpertComposition.Linear(members);
}
