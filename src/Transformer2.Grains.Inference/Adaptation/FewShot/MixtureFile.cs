using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Search;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>The expert that a search has found. The same search gives the same bytes, so that storing it may be repeated.</summary>
internal static class MixtureFile
{
    private const int LongestList = 150;

    /// <exception cref="ExpertCompositionException">The mixture cannot be composed.</exception>
    public static AdaptationProduct Of(
        MixtureSearchState state, ImmutableArray<AdaptationExpert> experts, IReadOnlyList<ExpertVector> vectors, ExpertLayout layout)
    {
        var vector = state.Result!.Solution.Compose(vectors);
        if (vector.Multipliers.Count == 0)
            vector = Ones(vectors);
        var names = string.Join(", ", experts.Select(expert => expert.Id));
        var title = $"Mixture of {(names.Length <= LongestList ? names : $"{experts.Length} experts")}";
        var metadata = new ExpertMetadata
        {
            BaseModel = layout.BaseModel,
            Decomposition = layout.Decomposition,
            Task = "mixture",
            Description = string.Create(CultureInfo.InvariantCulture, $"{title}, found by a few-shot search on {state.Split.Search.Count} examples."),
            Lineage = Lineage(state, experts),
        };
        return ExpertProduct.Of(vector, metadata, layout, title);
    }

    private static string Lineage(MixtureSearchState state, ImmutableArray<AdaptationExpert> experts)
    {
        var space = state.Space;
        var text = new StringBuilder("few-shot search: ").Append(state.Result!.Lineage);
        foreach (var (k, expert) in experts.Index())
        {
            var weight = Enumerable.Range(0, space.Groups).Average(group => state.Result.Solution[k, group]);
            text.Append(CultureInfo.InvariantCulture, $"\nexpert {expert.Id} sha256:{expert.Digest} weight {weight:R}");
        }

        return text.ToString();
    }

    // The base model itself was best. An expert file holds at least one matrix, and one of ones changes nothing.
    private static ExpertVector Ones(IReadOnlyList<ExpertVector> vectors)
    {
        var (matrix, z) = vectors[0].Multipliers.First();
        return new([KeyValuePair.Create(matrix, Enumerable.Repeat(1f, z.Length).ToArray())]);
    }
}
