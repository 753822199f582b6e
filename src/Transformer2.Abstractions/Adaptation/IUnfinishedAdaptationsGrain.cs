using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>
/// The jobs of all tenants that have not ended, so that a server that starts finds them; the key is <see cref="Key"/>. A tenant's own jobs are written here in
/// the tenant's scope, before they begin and after they have ended; all are read in the platform's.
/// </summary>
[Alias("t2.IUnfinishedAdaptationsGrain"), GrainInterfaceType("t2.IUnfinishedAdaptationsGrain")]
public interface IUnfinishedAdaptationsGrain : IGrainWithStringKey
{
    /// <summary>The only key.</summary>
    const string Key = "unfinished";

    /// <summary>A job is about to begin.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.AdaptationQuota"/>.</exception>
    [Alias("Add")]
    Task Add(TenantId tenant, AdaptationId id);

    /// <summary>A job has ended.</summary>
    [Alias("Remove")]
    Task Remove(TenantId tenant, AdaptationId id);

    /// <summary>All of them, oldest first.</summary>
    [Alias("List")]
    Task<ImmutableArray<UnfinishedAdaptation>> List();
}

/// <summary>A job that has not ended.</summary>
[GenerateSerializer, Immutable, Alias("t2.UnfinishedAdaptation")]
public sealed record UnfinishedAdaptation([property: Id(0)] TenantId Tenant, [property: Id(1)] AdaptationId Id);
