using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>A tenant's jobs, in the order of their creation; the key is the tenant's id.</summary>
[Alias("t2.IAdaptationIndexGrain"), GrainInterfaceType("t2.IAdaptationIndexGrain")]
public interface IAdaptationIndexGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>Creates a job, which begins by itself. One that exists already is returned if it was asked for with the same content.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="spec">What to do.</param>
    /// <exception cref="PlatformException">
    /// <see cref="ErrorReason.TenantNotFound"/>, <see cref="ErrorReason.AdaptationExists"/>, <see cref="ErrorReason.AdaptationQuota"/>,
    /// <see cref="ErrorReason.ExpertNotFound"/>, <see cref="ErrorReason.ExpertExists"/>, <see cref="ErrorReason.ExpertQuota"/>,
    /// <see cref="ErrorReason.ExpertQuarantined"/>, <see cref="ErrorReason.DatasetNotFound"/>, <see cref="ErrorReason.InvalidDataset"/>,
    /// <see cref="ErrorReason.InvalidExamples"/>, <see cref="ErrorReason.InvalidField"/>.
    /// </exception>
    [Alias("Create")]
    Task<AdaptationRecord> Create(AdaptationId id, AdaptationSpec spec);

    /// <summary>
    /// At most <paramref name="count"/> jobs that were created before the one numbered <paramref name="before"/>, newest first: those that train on data
    /// sets, or all others.
    /// </summary>
    [Alias("List")]
    Task<AdaptationPage> List(long? before, int count, bool trainings);

    /// <summary>Removes a job that has ended.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.AdaptationNotFound"/>; <see cref="ErrorReason.Conflict"/> if it has not ended.</exception>
    [Alias("Delete")]
    Task Delete(AdaptationId id);

    /// <summary>Takes a job up again after a restart, or forgets it if its creation was never completed.</summary>
    [Alias("Resume")]
    Task Resume(AdaptationId id);
}

/// <summary>A page of jobs; <paramref name="Last"/> is the number to continue before, null at the end.</summary>
[GenerateSerializer, Immutable, Alias("t2.AdaptationPage")]
public sealed record AdaptationPage(
    [property: Id(0)] ImmutableArray<AdaptationRecord> Adaptations,
    [property: Id(1)] long? Last);
