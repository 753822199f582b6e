using System.Collections.Immutable;
using Orleans.Concurrency;

namespace Transformer2.Abstractions;

/// <summary>
/// One job that makes an expert; the key is <see cref="AdaptationKey"/>. It goes on by itself, after a restart too. Absent until created: asking for an
/// absent one stores nothing.
/// </summary>
[Alias("t2.IAdaptationGrain"), GrainInterfaceType("t2.IAdaptationGrain")]
public interface IAdaptationGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>Creates the job; returns it as it is if it exists with the same content.</summary>
    /// <param name="spec">What to do.</param>
    /// <param name="experts">What the experts that the spec names were when it came.</param>
    /// <exception cref="PlatformException">As for <see cref="IAdaptationIndexGrain.Create"/>; nothing is stored.</exception>
    [Alias("Create")]
    Task<AdaptationRecord> Create(AdaptationSpec spec, ImmutableArray<AdaptationExpert> experts);

    /// <summary>The job, or null if there is none.</summary>
    [Alias("Find"), AlwaysInterleave]
    Task<AdaptationRecord?> Find();

    /// <summary>The job as soon as it has another version than the given one, or after some seconds as it is.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.AdaptationNotFound"/>.</exception>
    [Alias("Watch"), AlwaysInterleave]
    Task<VersionedAdaptation> Watch(long knownVersion, CancellationToken cancellationToken = default);

    /// <summary>Ends the job as soon as may be. One that has ended stays as it is.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.AdaptationNotFound"/>.</exception>
    [Alias("Cancel")]
    Task<AdaptationRecord> Cancel();

    /// <summary>Interrupts the job until <see cref="Unpause"/>; it keeps what it has done. One that has ended, or is paused already, stays as it is.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.AdaptationNotFound"/>.</exception>
    [Alias("Pause")]
    Task<AdaptationRecord> Pause();

    /// <summary>Goes on with a job that was paused. Another one stays as it is.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.AdaptationNotFound"/>.</exception>
    [Alias("Unpause")]
    Task<AdaptationRecord> Unpause();

    /// <summary>Goes on after a restart, unless it is paused.</summary>
    /// <returns>False if there is no such job.</returns>
    [Alias("Resume")]
    Task<bool> Resume();

    /// <summary>Removes everything of a job that has ended.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.Conflict"/> if it has not ended.</exception>
    [Alias("Delete")]
    Task Delete();
}

/// <summary>Keys of jobs.</summary>
public static class AdaptationKey
{
    /// <summary>The key of a tenant's job.</summary>
    public static string Of(TenantId tenant, AdaptationId id) => $"{tenant}/{id}";

    /// <summary>The tenant and the job that a key names.</summary>
    public static (TenantId Tenant, AdaptationId Id) Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parts = key.Split('/');
        return (TenantId.Parse(parts[0]), AdaptationId.Parse(parts[1]));
    }
}
