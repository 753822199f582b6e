using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// The resident experts, found by content hash, so that equal experts of different requests share one. Unused ones stay until their place
/// is needed; the least recently used goes first. Any number of experts is served: one that is not resident is loaded at admission, which
/// takes a copy of its vector.
/// </summary>
/// <param name="load">Brings an expert into the runner's memory.</param>
/// <param name="capacity">Experts kept.</param>
/// <param name="findMerged">Finds a merged copy of an expert, which is taken first and is none of the bank's; null where there are none.</param>
internal sealed class ExpertBank(Func<ExpertVector, ResidentExpert> load, int capacity, Func<ExpertVector, ResidentExpert?>? findMerged = null) : IDisposable
{
    private readonly Dictionary<string, LinkedListNode<ResidentExpert>> _experts = [];
    private readonly LinkedList<ResidentExpert> _byUse = new(); // least recently used first

    /// <summary>Experts that are resident.</summary>
    public int Count => _experts.Count;

    /// <summary>Finds or loads an expert; null for the identity, which needs nothing.</summary>
    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    public ResidentExpert? Acquire(ExpertVector vector)
    {
        if (vector.IsIdentity) return null;
        if (findMerged?.Invoke(vector) is { } merged)
        {
            merged.Users++;
            return merged;
        }

        if (_experts.TryGetValue(vector.Digest, out var node))
        {
            _byUse.Remove(node);
        }
        else
        {
            var expert = load(vector);
            Evict();
            node = new LinkedListNode<ResidentExpert>(expert);
            _experts.Add(vector.Digest, node);
        }

        _byUse.AddLast(node);
        node.Value.Users++;
        return node.Value;
    }

    /// <summary>One more uses an expert that is used already.</summary>
    public static ResidentExpert? Share(ResidentExpert? expert)
    {
        if (expert is not null) expert.Users++;
        return expert;
    }

    /// <summary>A sequence no longer uses an expert.</summary>
    public static void Release(ResidentExpert? expert)
    {
        if (expert is not null) expert.Users--;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var expert in _byUse) expert.Dispose();
    }

    // More than the capacity stay while all are in use: their number is bounded by the batch's rows.
    private void Evict()
    {
        for (var node = _byUse.First; node is not null && _experts.Count >= capacity;)
        {
            var next = node.Next;
            if (node.Value.Users == 0)
            {
                _byUse.Remove(node);
                _experts.Remove(node.Value.Vector.Digest);
                node.Value.Dispose();
            }

            node = next;
        }
    }
}
