namespace Transformer2.Abstractions;

/// <summary>
/// Keeps files by tenant and content. A file is either there as a whole or not at all, whatever happens while it is written; what
/// <see cref="PutAsync"/> has acknowledged survives the end of the process. Two tenants never share a file.
/// </summary>
public interface IBlobStore
{
    /// <summary>Stores a file. Storing it again succeeds and refreshes its time.</summary>
    /// <returns>Its digest and size.</returns>
    Task<StoredBlob> PutAsync(TenantId tenant, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Reads a file, or null if it is absent. Whoever uses the content compares its digest all the same.</summary>
    /// <exception cref="PlatformException">The store sees by itself that the file is damaged.</exception>
    Task<byte[]?> GetAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default);

    /// <summary>Whether a file is there.</summary>
    Task<bool> ExistsAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default);

    /// <summary>Removes a file; an absent one is no error.</summary>
    Task DeleteAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default);

    /// <summary>All files of a tenant, in any order.</summary>
    IAsyncEnumerable<StoredBlob> ListAsync(TenantId tenant, CancellationToken cancellationToken = default);
}

/// <summary>Keeps expert files. A damaged one is <see cref="ErrorReason.ExpertDamaged"/>.</summary>
public interface IExpertBlobStore : IBlobStore;

/// <summary>Keeps data sets as they were uploaded. A damaged one is <see cref="ErrorReason.DatasetDamaged"/>.</summary>
public interface IDatasetBlobStore : IBlobStore;

/// <summary>
/// Keeps, for experts that were trained here, which questions made them: see <see cref="QuestionList"/>. A damaged one is <see cref="ErrorReason.ExpertDamaged"/>.
/// </summary>
public interface IQuestionBlobStore : IBlobStore;

/// <summary>A stored file.</summary>
/// <param name="Digest">SHA-256 of its content.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="WriteTime">When it was last stored.</param>
public sealed record StoredBlob(ContentDigest Digest, long SizeBytes, DateTimeOffset WriteTime);
