using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>The outcome of dispatch, which travels to the model: exactly which contents answer, with which weights.</summary>
/// <param name="Tenant">Whose experts.</param>
/// <param name="Strategy">One of <see cref="DispatchStrategy"/>.</param>
/// <param name="Experts">Empty for the base model.</param>
[GenerateSerializer, Immutable, Alias("t2.DispatchPlan")]
public sealed record DispatchPlan(
    [property: Id(0)] TenantId Tenant,
    [property: Id(1)] string Strategy,
    [property: Id(2)] ImmutableArray<DispatchedExpert> Experts);

/// <summary>One expert of a plan.</summary>
[GenerateSerializer, Immutable, Alias("t2.DispatchedExpert")]
public sealed record DispatchedExpert(
    [property: Id(0)] ExpertId Id,
    [property: Id(1)] ContentDigest Digest,
    [property: Id(2)] double Weight);

/// <summary>Names of the ways to choose experts.</summary>
public static class DispatchStrategy
{
    /// <summary>The base model.</summary>
    public const string Base = "base";

    /// <summary>One expert, named by the request.</summary>
    public const string Expert = "expert";

    /// <summary>A mixture, given by the request.</summary>
    public const string Mixture = "mixture";
}
