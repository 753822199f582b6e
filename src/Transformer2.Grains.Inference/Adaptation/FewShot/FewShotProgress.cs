using Transformer2.Adaptation.Search;

namespace Transformer2.Grains.Inference;

/// <summary>How far a search is. Measuring counts as one more generation.</summary>
internal static class FewShotProgress
{
    /// <summary>The part of a search that is done.</summary>
    /// <param name="state">The search.</param>
    /// <param name="part">The part of its next step that is done.</param>
    public static double Of(MixtureSearchState state, double part)
    {
        var generations = state.Options.MaxGenerations;
        return state.Phase switch
        {
            SearchPhase.Searching => (state.Strategy.Generation + part) / (generations + 1),
            SearchPhase.Measuring => (generations + part) / (generations + 1),
            _ => 1,
        };
    }

    /// <summary>What comes next, for people.</summary>
    public static string Phase(MixtureSearchState state) => state.Phase switch
    {
        SearchPhase.Searching => $"generation {state.Strategy.Generation + 1} of at most {state.Options.MaxGenerations}",
        SearchPhase.Measuring => "measuring what was found",
        _ => "storing the expert",
    };
}
