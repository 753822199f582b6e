namespace Transformer2.Adaptation.Classification;

/// <summary>From what a model says about a prompt to a decision.</summary>
public static class DispatchRule
{
    /// <summary>
    /// Chooses the most probable category, of equally probable ones the first. It needs at least the threshold, and a target.
    /// </summary>
    /// <param name="categories">The categories in the policy's order.</param>
    /// <param name="probabilities">Per category, in [0, 1].</param>
    /// <param name="threshold">Least probability of a category that is acted on, in [0, 1]; 0 asks for nothing.</param>
    /// <exception cref="ClassificationException">No category, another number of probabilities, or a number outside [0, 1].</exception>
    public static DispatchDecision FromProbabilities(IReadOnlyList<ClassificationCategory> categories, IReadOnlyList<double> probabilities, double threshold)
    {
        if (categories.Count == 0)
        {
            throw new ClassificationException(ClassificationError.NoCategory, "There is no category to choose from.");
        }

        if (probabilities.Count != categories.Count)
        {
            throw new ClassificationException(
                ClassificationError.CountMismatch, $"There are {probabilities.Count} probabilities for {categories.Count} categories.");
        }

        if (!probabilities.Append(threshold).All(value => value is >= 0 and <= 1))
        {
            throw new ClassificationException(ClassificationError.InvalidScore, "A probability or the threshold is not a number from 0 to 1.");
        }

        var confidence = probabilities.Max();
        var category = categories[probabilities.TakeWhile(probability => probability < confidence).Count()];
        return new DispatchDecision(category, confidence, confidence < threshold ? DispatchFallback.LowConfidence : FallbackOf(category));
    }

    /// <summary>Acts on the label that a model's answer names; see <see cref="BoxedLabel"/>.</summary>
    /// <param name="categories">The categories in the policy's order.</param>
    /// <param name="label">The name of one of them, or null when the answer names none.</param>
    public static DispatchDecision FromLabel(IReadOnlyList<ClassificationCategory> categories, string? label) =>
        categories.FirstOrDefault(category => category.Name == label) is { } named
            ? new DispatchDecision(named, null, FallbackOf(named))
            : new DispatchDecision(null, null, DispatchFallback.ParseFailure);

    private static DispatchFallback FallbackOf(ClassificationCategory category) =>
        category.HasTarget ? DispatchFallback.None : category.IsOther ? DispatchFallback.Other : DispatchFallback.ExpertMissing;
}
