using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>
/// What dispatch settles before the model is reached: either exactly which contents answer, with which weights, or everything that pass 1 needs to
/// decide that, so that the node asks nobody.
/// </summary>
/// <param name="Tenant">Whose experts.</param>
/// <param name="Strategy">One of <see cref="DispatchStrategy"/>.</param>
/// <param name="Target">Who answers, if nothing is left to decide.</param>
[GenerateSerializer, Immutable, Alias("t2.DispatchPlan")]
public sealed record DispatchPlan(
    [property: Id(0)] TenantId Tenant,
    [property: Id(1)] string Strategy,
    [property: Id(2)] DispatchTarget Target)
{
    /// <summary>How the platform chooses; null where the request has chosen.</summary>
    [Id(3)]
    public AutomaticPlan? Automatic { get; init; }
}

/// <summary>Everything that decides the platform's choice but the prompt.</summary>
[GenerateSerializer, Immutable, Alias("t2.AutomaticPlan")]
public sealed record AutomaticPlan
{
    /// <summary>Names library and policy as they were; changes with both.</summary>
    [Id(0)]
    public required string Version { get; init; }

    /// <summary>Who answers where the choice fails; null refuses.</summary>
    [Id(1)]
    public required DispatchTarget? Fallback { get; init; }

    /// <summary>Why the fall-back is the plan's target already, if it is.</summary>
    [Id(2)]
    public DispatchFallbackReason FallbackReason { get; init; }

    /// <summary>What pass 1 has to decide; null where the policy has decided.</summary>
    [Id(3)]
    public ClassificationPlan? Classification { get; init; }
}

/// <summary>Contents that answer.</summary>
/// <param name="Experts">Empty for the base model.</param>
/// <param name="Composition">The name of the operator that composes them.</param>
[GenerateSerializer, Immutable, Alias("t2.DispatchTarget")]
public sealed record DispatchTarget(
    [property: Id(0)] ImmutableArray<DispatchedExpert> Experts,
    [property: Id(1)] string Composition = MixtureRules.Linear)
{
    /// <summary>The base model as it is.</summary>
    public static DispatchTarget Base { get; } = new([]);
}

/// <summary>One expert of a plan.</summary>
[GenerateSerializer, Immutable, Alias("t2.DispatchedExpert")]
public sealed record DispatchedExpert(
    [property: Id(0)] ExpertId Id,
    [property: Id(1)] ContentDigest Digest,
    [property: Id(2)] double Weight);

/// <summary>Pass 1: everything that decides its outcome but the prompt.</summary>
[GenerateSerializer, Immutable, Alias("t2.ClassificationPlan")]
public sealed record ClassificationPlan
{
    /// <summary>What prompts are told apart into.</summary>
    [Id(0)]
    public required ImmutableArray<PlannedCategory> Categories { get; init; }

    /// <summary>How the model is asked.</summary>
    [Id(1)]
    public required ClassificationMode Mode { get; init; }

    /// <summary>The classification expert; null asks the base model.</summary>
    [Id(2)]
    public DispatchedExpert? Classifier { get; init; }

    /// <summary>How the question is worded; null is the model's own.</summary>
    [Id(3)]
    public DispatchTemplate? Template { get; init; }

    /// <summary>Whether labels' prior probabilities are taken off.</summary>
    [Id(4)]
    public required bool Calibrate { get; init; }

    /// <summary>Least probability of a category that is chosen.</summary>
    [Id(5)]
    public required double ConfidenceThreshold { get; init; }

    /// <summary><see cref="DispatchPolicies.Top"/>, or the name of a composition operator.</summary>
    [Id(6)]
    public required string Composition { get; init; }

    /// <summary>Whether equal prompts are decided once.</summary>
    [Id(7)]
    public required bool Memoize { get; init; }
}

/// <summary>A category with the contents that would answer.</summary>
/// <param name="Name">Its label.</param>
/// <param name="Description">What belongs to it.</param>
/// <param name="Target">Who answers; null when an expert that is named does not exist, or nobody is meant to.</param>
/// <param name="IsOther">It has no experts of its own: the fall-back answers, as the policy means it.</param>
[GenerateSerializer, Immutable, Alias("t2.PlannedCategory")]
public sealed record PlannedCategory(
    [property: Id(0)] string Name,
    [property: Id(1)] string Description,
    [property: Id(2)] DispatchTarget? Target,
    [property: Id(3)] bool IsOther);

/// <summary>Names of the ways to choose experts.</summary>
public static class DispatchStrategy
{
    /// <summary>The base model, asked for by the request.</summary>
    public const string Base = "base";

    /// <summary>One expert, named by the request.</summary>
    public const string Expert = "expert";

    /// <summary>A mixture: given by the request, or found by a few-shot search and named by the policy.</summary>
    public const string Mixture = "mixture";

    /// <summary>The base model classifies the prompt.</summary>
    public const string Prompt = "prompt";

    /// <summary>The base model, adapted by the classification expert, classifies the prompt.</summary>
    public const string Classifier = "classifier";
}
