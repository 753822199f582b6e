using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Expert vectors that were used lately, read from the blob store by content. What is read is hashed and validated again, so that damaged
/// or exchanged files never reach the model. The least recently used are dropped when the limit is passed.
/// </summary>
public sealed class ExpertCache(IExpertBlobStore blobs, IInferenceEngine engine, IOptions<InferenceNodeOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private long _bytes;

    /// <summary>Bytes of the vectors that are held.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>The vectors of a tenant's experts, with their weights.</summary>
    /// <exception cref="PlatformException">A file has gone or is not what it was.</exception>
    public async Task<IReadOnlyList<WeightedExpert>> Load(TenantId tenant, ImmutableArray<DispatchedExpert> experts, CancellationToken cancellationToken)
    {
        var vectors = await Task.WhenAll(experts.Select(expert => Get(new(tenant, expert.Digest), expert.Id, cancellationToken)));
        return [.. vectors.Zip(experts, (vector, expert) => new WeightedExpert(vector, expert.Weight))];
    }

    // Requests that need the same expert at once share one read; it is bound to none of them, so that each may leave.
    private Task<ExpertVector> Get(CacheKey key, ExpertId id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
            }
            else
            {
                node = _entries[key] = new(new(key));
                node.Value.Vector = Task.Run(() => Fill(node, id), CancellationToken.None);
            }

            _byUse.AddFirst(node);
            return node.Value.Vector.WaitAsync(cancellationToken);
        }
    }

    // Counted, or forgotten, by the read itself: those that asked for it may all have left.
    private async Task<ExpertVector> Fill(LinkedListNode<Entry> node, ExpertId id)
    {
        try
        {
            var vector = await Read(node.Value.Key, id);
            Account(node, vector);
            return vector;
        }
        catch
        {
            Forget(node);
            throw;
        }
    }

    private async Task<ExpertVector> Read(CacheKey key, ExpertId id)
    {
        var content = await blobs.GetAsync(key.Tenant, key.Digest)
            ?? throw new PlatformException(ErrorReason.ExpertNotFound, $"There is no expert '{id}'.");
        if (ContentDigest.Of(content) != key.Digest)
            throw new PlatformException(ErrorReason.ExpertDamaged, $"The stored file of expert '{id}' is damaged; upload it again.");
        try
        {
            return ExpertFile.Read(content, engine.Model.Layout).Vector;
        }
        catch (ExpertFileException exception)
        {
            // It was valid when it came: the base model has changed since.
            throw new PlatformException(exception.Reason, $"Expert '{id}' does not fit the base model: {exception.Message}");
        }
    }

    private void Account(LinkedListNode<Entry> node, ExpertVector vector)
    {
        lock (_gate)
        {
            // Dropped while it was read: whoever waits still gets it.
            if (node.List is null)
                return;
            node.Value.Bytes = vector.ParameterCount * sizeof(float);
            _bytes += node.Value.Bytes;
            while (_bytes > options.Value.ExpertCacheBytes && _byUse.Last is { } last)
                Remove(last);
        }
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        lock (_gate)
        {
            if (node.List is not null)
                Remove(node);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private readonly record struct CacheKey(TenantId Tenant, ContentDigest Digest);

    private sealed class Entry(CacheKey key)
    {
        public CacheKey Key { get; } = key;

        /// <summary>The read; set under the lock that the entry is added under.</summary>
        public Task<ExpertVector> Vector { get; set; } = null!;

        public long Bytes { get; set; }
    }
}
