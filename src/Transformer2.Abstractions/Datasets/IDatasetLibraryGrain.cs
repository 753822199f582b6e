using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>A tenant's data sets; the key is the tenant's id. It holds what they are; their files lie in the <see cref="IDatasetBlobStore"/>.</summary>
[Alias("t2.IDatasetLibraryGrain"), GrainInterfaceType("t2.IDatasetLibraryGrain")]
public interface IDatasetLibraryGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>Refuses a write that cannot succeed, before its file is sent. Promises nothing.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.TenantNotFound"/>, <see cref="ErrorReason.DatasetQuota"/>.</exception>
    [Alias("Check")]
    Task Check(DatasetWrite write);

    /// <summary>Commits a data set whose file is already in the blob store. Putting the same content under the same id again changes nothing.</summary>
    /// <exception cref="PlatformException">
    /// <see cref="ErrorReason.TenantNotFound"/>, <see cref="ErrorReason.DatasetExists"/>, <see cref="ErrorReason.DatasetQuota"/>;
    /// <see cref="ErrorReason.Conflict"/> if the file has gone since: store it again and repeat.
    /// </exception>
    [Alias("Put")]
    Task<DatasetRecord> Put(DatasetWrite write, DatasetContent content);

    /// <summary>Removes a stored file that nothing uses: after a refused commit.</summary>
    [Alias("Discard")]
    Task Discard(ContentDigest digest);

    /// <summary>Removes stored files that nothing uses and that are too old to wait for their commit: remains of a crash.</summary>
    [Alias("RemoveOrphans")]
    Task RemoveOrphans();

    /// <summary>One data set.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.DatasetNotFound"/>.</exception>
    [Alias("Get")]
    Task<DatasetRecord> Get(DatasetId id);

    /// <summary>At most <paramref name="count"/> data sets whose ids follow <paramref name="after"/>.</summary>
    [Alias("List")]
    Task<DatasetPage> List(string? after, int count);

    /// <summary>Removes a data set, and its file when nothing else uses it.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.DatasetNotFound"/>.</exception>
    [Alias("Delete")]
    Task Delete(DatasetId id);

    /// <summary>Keeps the files of data sets, whatever becomes of their ids, until <see cref="Release"/>. Replaces what this holder held before.</summary>
    /// <param name="holder">Who needs them.</param>
    /// <param name="ids">Which.</param>
    /// <returns>The data sets, in the order of the ids.</returns>
    /// <exception cref="PlatformException"><see cref="ErrorReason.DatasetNotFound"/>; nothing is held.</exception>
    [Alias("Hold")]
    Task<ImmutableArray<DatasetRecord>> Hold(string holder, ImmutableArray<DatasetId> ids);

    /// <summary>Ends <see cref="Hold"/>; may be repeated.</summary>
    [Alias("Release")]
    Task Release(string holder);
}
