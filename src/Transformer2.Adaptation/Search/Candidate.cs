using Transformer2.Experts;

namespace Transformer2.Adaptation.Search;

/// <summary>One setting of the mixture weights.</summary>
/// <param name="space">What is searched.</param>
/// <param name="weights">[experts, groups], one expert after the other.</param>
public sealed class Candidate(SearchSpace space, IReadOnlyList<double> weights)
{
    /// <summary>What is searched.</summary>
    public SearchSpace Space { get; } = space;

    /// <summary>The weights: [experts, groups], one expert after the other.</summary>
    public IReadOnlyList<double> Weights { get; } = weights;

    /// <summary>The weight of an expert in a group of matrices.</summary>
    public double this[int expert, int group] => Weights[(expert * Space.Groups) + group];

    /// <summary>
    /// The mixture's effective multipliers. An expert that leaves a matrix out counts as ones there; a matrix whose weights are all zero stays
    /// as it is.
    /// </summary>
    /// <param name="experts">The experts in the order of the weights.</param>
    /// <exception cref="SearchException">These experts are not as many, or do not adapt as many matrices, as the weights are for.</exception>
    /// <exception cref="ExpertCompositionException">The experts do not fit together, or do not mix to positive sums.</exception>
    public ExpertVector Compose(IReadOnlyList<ExpertVector> experts)
    {
        if (experts.Count != Space.Experts)
        {
            throw new SearchException(SearchError.SpaceMismatch, $"The weights are for {Space.Experts} experts, not for {experts.Count}.");
        }

        if (Space.Groups == 1)
        {
            return Mix(experts, 0);
        }

        var matrices = SearchSpace.MatricesOf(experts);
        if (matrices.Count != Space.Groups)
        {
            throw new SearchException(
                SearchError.SpaceMismatch, $"The weights are for {Space.Groups} matrices; these experts adapt {matrices.Count}.");
        }

        return new ExpertVector(matrices
            .SelectMany((matrix, group) => Mix([.. experts.Select(expert => Only(matrix, expert))], group).Multipliers)
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToArray())));
    }

    private ExpertVector Mix(IReadOnlyList<ExpertVector> experts, int group)
    {
        WeightedExpert[] members = [.. experts.Select((expert, k) => new WeightedExpert(expert, this[k, group]))];
        return members.All(member => member.Weight == 0) ? ExpertVector.Identity : Space.Operator.Compose(members);
    }

    private static ExpertVector Only(string matrix, ExpertVector expert) => expert.Multipliers.TryGetValue(matrix, out var z)
        ? new ExpertVector([KeyValuePair.Create(matrix, z.ToArray())])
        : ExpertVector.Identity;
}
