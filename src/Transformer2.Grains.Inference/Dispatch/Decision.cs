using System.Collections.Immutable;
using Transformer2.Abstractions;
using Transformer2.Adaptation.Classification;

namespace Transformer2.Grains.Inference;

/// <summary>What pass 1 decided about a prompt.</summary>
public sealed record Decision
{
    /// <summary>Who answers; null leaves it to the fall-back.</summary>
    public DispatchTarget? Target { get; init; }

    /// <summary>What the target is composed of, where it is of all categories: each category's own, weighted with its probability; otherwise empty.</summary>
    public ImmutableArray<DecisionPart> Parts { get; init; } = [];

    /// <summary>The categories' scores.</summary>
    public ImmutableArray<CategoryScore> Categories { get; init; } = [];

    /// <summary>The most probable category.</summary>
    public string? Category { get; init; }

    /// <summary>Why the fall-back answers.</summary>
    public DispatchFallbackReason FallbackReason { get; init; }

    /// <summary>The template that was used.</summary>
    public string? Template { get; init; }

    /// <summary>It was made earlier.</summary>
    public bool IsMemoized { get; init; }
}

/// <summary>A category's part in an answer.</summary>
/// <param name="Target">Its experts; none is the base model.</param>
/// <param name="Weight">Its probability.</param>
public sealed record DecisionPart(DispatchTarget Target, double Weight);

internal static class DecisionMapping
{
    public static DispatchFallbackReason ToReason(this Adaptation.Classification.DispatchFallback fallback) => fallback switch
    {
        Adaptation.Classification.DispatchFallback.None => DispatchFallbackReason.None,
        Adaptation.Classification.DispatchFallback.Other => DispatchFallbackReason.Other,
        Adaptation.Classification.DispatchFallback.LowConfidence => DispatchFallbackReason.LowConfidence,
        Adaptation.Classification.DispatchFallback.ParseFailure => DispatchFallbackReason.ParseFailure,
        Adaptation.Classification.DispatchFallback.ExpertMissing => DispatchFallbackReason.ExpertMissing,
        _ => DispatchFallbackReason.ExpertFailed,
    };

    public static ClassificationTemplate ToTemplate(this DispatchTemplate template) => new()
    {
        Name = template.Name,
        Version = template.Version,
        System = template.System,
        User = template.User,
        AnswerPrefix = template.AnswerPrefix,
        Suffix = template.Suffix,
    };
}
