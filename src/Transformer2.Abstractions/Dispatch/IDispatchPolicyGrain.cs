namespace Transformer2.Abstractions;

/// <summary>A tenant's dispatch policy; the key is the tenant's id.</summary>
[Alias("t2.IDispatchPolicyGrain"), GrainInterfaceType("t2.IDispatchPolicyGrain")]
public interface IDispatchPolicyGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>The policy as it was set; one that leaves everything open when none is.</summary>
    [Alias("Get")]
    Task<VersionedPolicy> Get();

    /// <summary>The policy, or null if it still has the given version.</summary>
    [Alias("GetSnapshot")]
    Task<VersionedPolicy?> GetSnapshot(long knownVersion);

    /// <summary>Sets the policy, as a whole.</summary>
    /// <param name="policy">What it leaves open is what the platform's says.</param>
    /// <param name="version">Set it only if it has this version; null for any.</param>
    /// <exception cref="PlatformException">
    /// <see cref="ErrorReason.TenantNotFound"/>, <see cref="ErrorReason.EtagMismatch"/>, <see cref="ErrorReason.InvalidPolicy"/>.
    /// </exception>
    [Alias("Set")]
    Task<VersionedPolicy> Set(DispatchPolicy policy, long? version);
}

/// <summary>A policy with the number of its change, from 0.</summary>
[GenerateSerializer, Immutable, Alias("t2.VersionedPolicy")]
public sealed record VersionedPolicy([property: Id(0)] long Version, [property: Id(1)] DispatchPolicy Policy);
