using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Transformer2.Grains.Tests;

/// <summary>Blobs in memory. They are young unless they are made old.</summary>
internal sealed class MemoryBlobStore : IExpertBlobStore, IDatasetBlobStore, IQuestionBlobStore
{
    private readonly ConcurrentDictionary<(TenantId, ContentDigest), (byte[] Content, DateTimeOffset Time)> _blobs = new();

    public int Reads { get; private set; }

    /// <summary>Reads wait for it.</summary>
    public Task Readable { get; set; } = Task.CompletedTask;

    /// <summary>Tenants whose files cannot be removed.</summary>
    public ConcurrentDictionary<TenantId, bool> Undeletable { get; } = new();

    public Task<StoredBlob> PutAsync(TenantId tenant, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        var digest = ContentDigest.Of(content.Span);
        _blobs[(tenant, digest)] = (content.ToArray(), DateTimeOffset.MaxValue);
        return Task.FromResult(new StoredBlob(digest, content.Length, DateTimeOffset.MaxValue));
    }

    public async Task<byte[]?> GetAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default)
    {
        Reads++;
        await Readable;
        return _blobs.TryGetValue((tenant, digest), out var blob) ? blob.Content : null;
    }

    public Task<bool> ExistsAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default) =>
        Task.FromResult(Has(tenant, digest));

    public Task DeleteAsync(TenantId tenant, ContentDigest digest, CancellationToken cancellationToken = default)
    {
        if (Undeletable.ContainsKey(tenant))
            throw new IOException("The disk is read-only.");
        _blobs.TryRemove((tenant, digest), out _);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<StoredBlob> ListAsync(
        TenantId tenant, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var ((owner, digest), blob) in _blobs)
        {
            if (owner == tenant)
                yield return new(digest, blob.Content.Length, blob.Time);
        }
    }

    /// <summary>Whether a blob is there.</summary>
    public bool Has(TenantId tenant, ContentDigest digest) => _blobs.ContainsKey((tenant, digest));

    /// <summary>Exchanges what is stored under a digest.</summary>
    public void Exchange(TenantId tenant, ContentDigest digest, byte[] content) =>
        _blobs[(tenant, digest)] = (content, DateTimeOffset.MaxValue);

    /// <summary>Makes a blob look as if it was stored long ago.</summary>
    public void MakeOld(TenantId tenant, ContentDigest digest) =>
        _blobs[(tenant, digest)] = (_blobs[(tenant, digest)].Content, DateTimeOffset.UnixEpoch);
}
