namespace Transformer2.Adaptation.Classification;

/// <summary>Why a prompt goes to the policy's fall-back instead of its category's target.</summary>
public enum DispatchFallback
{
    /// <summary>It does not: the category's target answers.</summary>
    None,

    /// <summary>The prompt belongs to the category for what fits no other.</summary>
    Other,

    /// <summary>The most probable category is less probable than the policy asks for.</summary>
    LowConfidence,

    /// <summary>The model's answer names no category.</summary>
    ParseFailure,

    /// <summary>The category has no target, or its target is no longer in the library.</summary>
    ExpertMissing,

    /// <summary>The target could not be loaded or composed.</summary>
    ExpertFailed,
}

/// <summary>What pass 1 decided about a prompt. What is learned later about the target comes in as another <see cref="Fallback"/>.</summary>
/// <param name="Category">The most probable category, or the one that the answer names, even where the fall-back answers; null after a parse failure.</param>
/// <param name="Confidence">The category's probability in [0, 1]; null where labels were not scored.</param>
/// <param name="Fallback">Whether and why the fall-back answers.</param>
public sealed record DispatchDecision(ClassificationCategory? Category, double? Confidence, DispatchFallback Fallback);
