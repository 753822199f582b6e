namespace Transformer2.Abstractions;

/// <summary>Refusals of dispatch.</summary>
public static class DispatchErrors
{
    /// <summary>The policy wants no other answer than one that cannot be given.</summary>
    /// <param name="why">Why it cannot.</param>
    public static PlatformException Refused(DispatchFallbackReason why)
    {
        var (name, text) = why switch
        {
            DispatchFallbackReason.Other => ("OTHER", "The prompt belongs to no category that an expert answers"),
            DispatchFallbackReason.LowConfidence => ("LOW_CONFIDENCE", "No category of the prompt is probable enough"),
            DispatchFallbackReason.ParseFailure => ("PARSE_FAILURE", "The model named no category of the prompt"),
            DispatchFallbackReason.ExpertMissing => ("EXPERT_MISSING", "An expert that the dispatch policy names does not exist"),
            _ => ("EXPERT_FAILED", "An expert that dispatch chose cannot be used"),
        };
        return new(ErrorReason.DispatchRefused, $"{text}, and the dispatch policy has no fall-back that could answer instead.", ("fallback_reason", name));
    }
}
