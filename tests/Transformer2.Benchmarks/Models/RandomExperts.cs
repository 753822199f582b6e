using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary>Experts with random multipliers near 1; the same ones for the same seed.</summary>
internal static class RandomExperts
{
    private const double SparseShare = 0.05;

    /// <summary>Every multiplier differs from 1.</summary>
    /// <param name="layout">The model.</param>
    /// <param name="seed">Which expert.</param>
    /// <param name="all">All seven matrices of a layer; otherwise the three of the MLP.</param>
    public static ExpertVector Dense(ExpertLayout layout, int seed, bool all = false) => Of(layout, seed, all, random => Multiplier(random));

    /// <summary>One in twenty multipliers differs from 1, in the MLP.</summary>
    public static ExpertVector Sparse(ExpertLayout layout, int seed) =>
        Of(layout, seed, all: false, random => random.NextDouble() < SparseShare ? Multiplier(random) : 1);

    private static float Multiplier(Random random) => 1 + ((random.NextSingle() - 0.5f) * 0.4f);

    private static ExpertVector Of(ExpertLayout layout, int seed, bool all, Func<Random, float> multiplier)
    {
        var random = new Random(seed);
        var expert = new ExpertVector(layout.Ranks
            .Where(matrix => all || matrix.Key.Contains(".mlp.", StringComparison.Ordinal))
            .Select(matrix => KeyValuePair.Create(matrix.Key, Array.ConvertAll(new float[matrix.Value], _ => multiplier(random)))));
        _ = expert.Digest; // computed once, as in a node that keeps its experts
        return expert;
    }
}
