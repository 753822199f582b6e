namespace Transformer2.Abstractions;

/// <summary>
/// A tenant's experts; the key is the tenant's id. It holds what they are; their files lie in the <see cref="IExpertBlobStore"/>.
/// </summary>
[Alias("t2.IExpertLibraryGrain"), GrainInterfaceType("t2.IExpertLibraryGrain")]
public interface IExpertLibraryGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>Refuses a write that cannot succeed, before its file is sent. Promises nothing.</summary>
    /// <exception cref="PlatformException">
    /// As for <see cref="Put"/>, except that equal content is not known yet and so not refused.
    /// </exception>
    [Alias("Check")]
    Task Check(ExpertWrite write);

    /// <summary>
    /// Commits an expert whose file is already in the blob store. Putting the same content under the same id again changes nothing.
    /// </summary>
    /// <exception cref="PlatformException">
    /// <see cref="ErrorReason.TenantNotFound"/>, <see cref="ErrorReason.ExpertExists"/>, <see cref="ErrorReason.EtagMismatch"/>,
    /// <see cref="ErrorReason.ExpertQuota"/>; <see cref="ErrorReason.Conflict"/> if the file has gone since: store it again and repeat.
    /// </exception>
    [Alias("Put")]
    Task<ExpertRecord> Put(ExpertWrite write, string displayName, ExpertContent content);

    /// <summary>As <see cref="Put"/>, once for each token: repeating it, at any time until <see cref="Forget"/>, returns what the first one put and changes nothing.</summary>
    /// <exception cref="PlatformException">As for <see cref="Put"/>.</exception>
    [Alias("Publish")]
    Task<ExpertRecord> Publish(ExpertWrite write, string displayName, ExpertContent content, ExpertPublication publication);

    /// <summary>The publication of this token will not be repeated any more.</summary>
    [Alias("Forget")]
    Task Forget(string token);

    /// <summary>Ends an expert's quarantine.</summary>
    /// <param name="id">The expert.</param>
    /// <param name="etag">Release it only if it has this etag; null for any.</param>
    /// <exception cref="PlatformException"><see cref="ErrorReason.ExpertNotFound"/>, <see cref="ErrorReason.EtagMismatch"/>.</exception>
    [Alias("Release")]
    Task<ExpertRecord> Release(ExpertId id, string? etag);

    /// <summary>Removes a stored file that no expert uses: after a refused commit.</summary>
    [Alias("Discard")]
    Task Discard(ContentDigest digest);

    /// <summary>Removes stored files that no expert uses and that are too old to wait for their commit: remains of a crash.</summary>
    [Alias("RemoveOrphans")]
    Task RemoveOrphans();

    /// <summary>One expert.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.ExpertNotFound"/>.</exception>
    [Alias("Get")]
    Task<ExpertRecord> Get(ExpertId id);

    /// <summary>At most <paramref name="count"/> experts whose ids follow <paramref name="after"/>.</summary>
    [Alias("List")]
    Task<ExpertPage> List(string? after, int count);

    /// <summary>Removes an expert, and its file when no other expert has the same.</summary>
    /// <param name="id">The expert.</param>
    /// <param name="etag">Remove it only if it has this etag; null for any.</param>
    /// <exception cref="PlatformException"><see cref="ErrorReason.ExpertNotFound"/>, <see cref="ErrorReason.EtagMismatch"/>.</exception>
    [Alias("Delete")]
    Task Delete(ExpertId id, string? etag);

    /// <summary>The library as it is now, or null if it still has the given version.</summary>
    [Alias("GetSnapshot")]
    Task<LibrarySnapshot?> GetSnapshot(long knownVersion);
}
