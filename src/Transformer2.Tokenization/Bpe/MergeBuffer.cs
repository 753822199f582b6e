namespace Transformer2.Tokenization;

/// <summary>
/// Applies the merges to one word: lowest rank first, the left-most of equals first. Symbols form a linked list and candidate pairs a
/// heap, so a word of n symbols takes O(n log n). Holds the working memory of one call; not for use by several threads.
/// </summary>
internal sealed class MergeBuffer(MergeTable merges)
{
    private const int Dead = -1;
    private readonly PriorityQueue<int, ulong> heap = new();
    private int[] ids = new int[32];
    private int[] next = new int[32];
    private int[] previous = new int[32];
    private int count;

    public void Clear() => count = 0;

    public void Add(int id)
    {
        if (count == ids.Length)
        {
            Array.Resize(ref ids, count * 2);
            Array.Resize(ref next, count * 2);
            Array.Resize(ref previous, count * 2);
        }
        ids[count] = id;
        previous[count] = count - 1;
        next[count] = ++count;
    }

    /// <summary>Merges what was added and appends the resulting ids.</summary>
    public void MergeInto(List<int> output)
    {
        for (var i = 0; i + 1 < count; i++)
            Push(i);
        while (heap.TryDequeue(out var at, out var key))
            Merge(at, rank: (int)(key >> 32));
        for (var i = 0; i < count; i = next[i])
            output.Add(ids[i]);
    }

    private void Push(int at)
    {
        if (merges.TryGet(ids[at], ids[next[at]], out var rank, out _))
            heap.Enqueue(at, ((ulong)(uint)rank << 32) | (uint)at);
    }

    private void Merge(int at, int rank)
    {
        // Neighbours may have merged since the pair was queued: then it has another rank, or none.
        if (ids[at] == Dead || next[at] >= count || !merges.TryGet(ids[at], ids[next[at]], out var now, out var id) || now != rank)
            return;
        var right = next[at];
        ids[at] = id;
        ids[right] = Dead;
        next[at] = next[right];
        if (next[at] < count)
        {
            previous[next[at]] = at;
            Push(at);
        }
        if (previous[at] >= 0)
            Push(previous[at]);
    }
}
