using System.Globalization;

namespace Transformer2.Adaptation.Search;

/// <summary>What a mixture is made of and how it was found, as text for its expert file.</summary>
internal static class Lineage
{
    /// <summary>
    /// For example <c>0.62 math + 0.1 code + 0.28 identity; cem, 9 generations, seed 5, 7 examples</c>. Weights per matrix are averaged over the matrices.
    /// </summary>
    public static string Of(MixtureSearchState state)
    {
        var space = state.Space;
        var solution = state.Strategy.Best;
        var weights = state.Experts.Select((name, k) => (Name: name, Weight: Enumerable.Range(0, space.Groups).Average(group => solution[k, group]))).ToList();
        if (space.WithIdentity) weights.Add(("identity", Math.Max(0, 1 - weights.Sum(entry => entry.Weight))));

        var terms = string.Join(" + ", weights.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Weight:0.###} {entry.Name}")));
        var scope = space.Groups == 1 ? "" : $"on average over {space.Groups} matrices ";
        var norm = space.WithIdentity ? "" : ", normalised";
        return $"{scope}{terms}{norm}; {state.Options.Strategy}, {state.Strategy.Generation} generations, seed {state.Seed}, {state.Split.Search.Count} examples";
    }
}
