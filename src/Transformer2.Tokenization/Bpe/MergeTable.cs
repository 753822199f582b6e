using System.Numerics;

namespace Transformer2.Tokenization;

/// <summary>
/// Which two neighbouring tokens join, how early (lower rank first), and into which token. Open addressing, because a long text asks
/// several times per character and one cache line must be enough to answer.
/// </summary>
internal sealed class MergeTable
{
    private const ulong Empty = ulong.MaxValue;
    private readonly Entry[] _entries;
    private readonly int _shift;

    public MergeTable(int capacity)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity * 2, 16));
        _entries = new Entry[size];
        Array.Fill(_entries, new Entry(Empty, 0, 0));
        _shift = 64 - BitOperations.Log2(size);
    }

    public void Add(int left, int right, int rank, int id)
    {
        ref var entry = ref Find(left, right);
        entry = new Entry(Key(left, right), rank, id);
    }

    public bool TryGet(int left, int right, out int rank, out int id)
    {
        ref var entry = ref Find(left, right);
        (rank, id) = (entry.Rank, entry.Id);
        return entry.Pair != Empty;
    }

    /// <summary>The table without the merges that make one of these tokens.</summary>
    public MergeTable Without(IReadOnlySet<int> ids)
    {
        var kept = Array.FindAll(_entries, e => e.Pair != Empty && !ids.Contains(e.Id));
        var table = new MergeTable(kept.Length);
        foreach (var entry in kept)
            table.Find((int)(entry.Pair >> 32), (int)entry.Pair) = entry;
        return table;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private ref Entry Find(int left, int right)
    {
        var key = Key(left, right);
        // Fibonacci hashing; at most half of the entries are taken, so there is always an empty one.
        for (var at = (key ^ (key >> 29)) * 0x9E3779B97F4A7C15UL >> _shift; ; at = (at + 1) & ((ulong)_entries.Length - 1))
        {
            ref var entry = ref _entries[at];
            if (entry.Pair == key || entry.Pair == Empty)
                return ref entry;
        }
    }

    private readonly record struct Entry(ulong Pair, int Rank, int Id);
}
