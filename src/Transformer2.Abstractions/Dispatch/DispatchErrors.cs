using System.Collections.Immutable;
using System.Globalization;

namespace Transformer2.Abstractions;

/// <summary>Refusals of dispatch.</summary>
public static class DispatchErrors
{
    /// <summary>The policy wants no other answer than one that cannot be given.</summary>
    /// <param name="why">Why it cannot.</param>
    /// <param name="category">The most probable category; null without one.</param>
    /// <param name="categories">All of them with their probabilities, if pass 1 scored them.</param>
    public static PlatformException Refused(DispatchFallbackReason why, string? category = null, ImmutableArray<CategoryScore> categories = default)
    {
        var (name, text) = why switch
        {
            DispatchFallbackReason.Other => ("OTHER", "The prompt belongs to no category that an expert answers"),
            DispatchFallbackReason.LowConfidence => ("LOW_CONFIDENCE", "No category of the prompt is probable enough"),
            DispatchFallbackReason.ParseFailure => ("PARSE_FAILURE", "The model named no category of the prompt"),
            DispatchFallbackReason.ExpertMissing => ("EXPERT_MISSING", "An expert that the dispatch policy names does not exist"),
            _ => ("EXPERT_FAILED", "An expert that dispatch chose cannot be used"),
        };
        var scores = categories.IsDefaultOrEmpty
            ? ""
            : string.Join(", ", categories.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Name} {score.Probability:0.####}")));
        var message = $"{text}, and the dispatch policy has no fall-back that could answer instead.{(scores.Length == 0 ? "" : $" Categories: {scores}.")}";
        return new(ErrorReason.DispatchRefused, message, [("fallback_reason", name), .. category is null ? [] : ((string, string)[])[("category", category)]]);
    }
}
