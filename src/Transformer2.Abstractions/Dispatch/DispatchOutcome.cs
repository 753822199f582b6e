using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>Who answers, and why.</summary>
[GenerateSerializer, Immutable, Alias("t2.DispatchOutcome")]
public sealed record DispatchOutcome
{
    /// <summary>One of <see cref="DispatchStrategy"/>.</summary>
    [Id(0)]
    public required string Strategy { get; init; }

    /// <summary>Exactly which contents answer, with which weights.</summary>
    [Id(1)]
    public required DispatchTarget Target { get; init; }

    /// <summary>Library and policy that decided; null when the request did.</summary>
    [Id(2)]
    public string? Version { get; init; }

    /// <summary>The platform has chosen, not the request.</summary>
    public bool IsAutomatic => Version is not null;

    /// <summary>The categories with their probabilities, in the policy's order; empty without pass 1, or when its answer named none.</summary>
    [Id(4)]
    public ImmutableArray<CategoryScore> Categories { get; init; } = [];

    /// <summary>The most probable category, whether or not it was followed; null without one.</summary>
    [Id(5)]
    public string? Category { get; init; }

    /// <summary>The most probable category's probability; 0 without one.</summary>
    public double Confidence => Categories.IsEmpty ? 0 : Categories.Max(category => category.Probability);

    /// <summary>Why the policy's fall-back answers.</summary>
    [Id(6)]
    public DispatchFallbackReason FallbackReason { get; init; }

    /// <summary>What pass 1 took; of a remembered decision the look-up.</summary>
    [Id(7)]
    public TimeSpan Elapsed { get; init; }

    /// <summary>The decision was made for an earlier, equal prompt, or for this conversation's beginning.</summary>
    [Id(8)]
    public bool IsMemoized { get; init; }

    /// <summary>The template that pass 1 used, as "name/version"; null without pass 1.</summary>
    [Id(9)]
    public string? Template { get; init; }
}

/// <summary>How a category fared in pass 1.</summary>
/// <param name="Name">The category.</param>
/// <param name="Probability">Its share of the probability of all categories, after calibration.</param>
/// <param name="Logprob">The natural log-probability of its label after the prompt, as the model gives it; NaN where the model answered in words.</param>
/// <param name="Experts">Who would answer.</param>
[GenerateSerializer, Immutable, Alias("t2.CategoryScore")]
public sealed record CategoryScore(
    [property: Id(0)] string Name,
    [property: Id(1)] double Probability,
    [property: Id(2)] double Logprob,
    [property: Id(3)] ImmutableArray<DispatchedExpert> Experts);

/// <summary>Why a policy's fall-back answers.</summary>
[GenerateSerializer, Alias("t2.DispatchFallbackReason")]
public enum DispatchFallbackReason
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The prompt's category has no experts of its own.</summary>
    Other,

    /// <summary>No category is probable enough.</summary>
    LowConfidence,

    /// <summary>The model's answer names no category.</summary>
    ParseFailure,

    /// <summary>The expert that the policy names does not exist.</summary>
    ExpertMissing,

    /// <summary>The expert's file is gone or damaged, or does not fit the model.</summary>
    ExpertFailed,
}
