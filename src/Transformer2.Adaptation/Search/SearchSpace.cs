using System.Text.Json.Serialization;
using Transformer2.Adaptation.Composition;
using Transformer2.Experts;

namespace Transformer2.Adaptation.Search;

/// <summary>What is searched: mixture weights a of shape [experts, groups].</summary>
/// <param name="Experts">Number of experts, K.</param>
/// <param name="Groups">1: one weight per expert for all matrices. Else one per matrix, in the order of <see cref="MatricesOf"/>.</param>
/// <param name="WithIdentity">
/// The identity belongs to the pool with what the weights lack to one, z = 1 + sum of a * (z_k - 1) with a at least 0 and of sum at most 1. Else
/// only the weights' proportions count, z = sum of a * z_k / sum of a.
/// </param>
public sealed record SearchSpace(int Experts, int Groups, bool WithIdentity)
{
    /// <summary>Most experts.</summary>
    public const int MaxExperts = 16;

    /// <summary>Most matrices.</summary>
    public const int MaxGroups = 4096;

    private static readonly ICompositionOperator Soft = new SoftComposition();
    private static readonly ICompositionOperator NormPreserving = new NormPreservingComposition();

    /// <summary>Number of weights.</summary>
    [JsonIgnore]
    public int Size => Experts * Groups;

    /// <summary>How the weights make one expert of several.</summary>
    internal ICompositionOperator Operator => WithIdentity ? Soft : NormPreserving;

    /// <summary>The matrices that at least one of the experts adapts, in the order of their names.</summary>
    public static IReadOnlyList<string> MatricesOf(IReadOnlyList<ExpertVector> experts) =>
        [.. experts.SelectMany(expert => expert.Multipliers.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The base model: all weights are zero.</summary>
    public Candidate Identity() => new(this, new double[Size]);

    /// <summary>One expert alone.</summary>
    /// <param name="expert">From 0.</param>
    public Candidate Alone(int expert)
    {
        var weights = new double[Size];
        Array.Fill(weights, 1, expert * Groups, Groups);
        return new Candidate(this, weights);
    }

    /// <summary>All experts with weight 1 / K.</summary>
    public Candidate Uniform()
    {
        var weights = new double[Size];
        Array.Fill(weights, 1.0 / Experts);
        return new Candidate(this, weights);
    }
}
