using System.Collections.Immutable;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Search;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>What a search has found, as its tenant sees it.</summary>
/// <param name="experts">The experts' ids, in the order of the weights.</param>
/// <param name="vectors">Their multipliers.</param>
/// <param name="layout">The matrices in the order in which the model lists them.</param>
internal sealed class FewShotResults(ImmutableArray<ExpertId> experts, IReadOnlyList<ExpertVector> vectors, ExpertLayout layout)
{
    public FewShotResult Of(MixtureSearchState state) => new()
    {
        Weights = [.. experts.Select((expert, k) => new ExpertWeights(expert, WeightsOf(state.Strategy.Best, k)))],
        Generations = state.Strategy.Generation,
        Evaluations = state.Evaluations,
        BestScores = [.. state.History.Select(generation => generation.BestScore)],
        HeldOut = state.Result?.HoldOut is { } heldOut ? Scores(heldOut) : null,
        Searched = state.Result is { } result ? Scores(result.Search) : null,
    };

    // A matrix that no expert adapts was not searched; whatever its weight, nothing would change.
    private ImmutableArray<double> WeightsOf(Candidate best, int expert)
    {
        if (best.Space.Groups == 1)
            return [best[expert, 0]];
        var groups = SearchSpace.MatricesOf(vectors).Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return [.. layout.Ranks.Keys.Select(matrix => groups.TryGetValue(matrix, out var group) ? best[expert, group] : 0)];
    }

    private static SearchScores Scores(ScoreComparison comparison)
    {
        return new(comparison.Examples, Score(comparison.Solution)!, Score(comparison.Base), Score(comparison.BestExpert), Score(comparison.Uniform));

        Abstractions.SearchScore? Score(MeasuredScore? score) =>
            score is null ? null : new(score.LogLikelihood, (int)Math.Round((score.Accuracy ?? 0) * comparison.Examples));
    }
}
