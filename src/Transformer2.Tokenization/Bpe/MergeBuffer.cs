namespace Transformer2.Tokenization;

/// <summary>
/// Applies the merges to one word: lowest rank first, the left-most of equals first. Symbols form a linked list and candidate pairs a
/// heap, so a word of n symbols takes O(n log n). Holds the working memory of one call; not for use by several threads.
/// </summary>
internal sealed class MergeBuffer(MergeTable merges)
{
    private const int None = -1;
    private readonly MergeQueue queue = new();
    private Symbol[] symbols = new Symbol[32];
    private int count;

    public void Clear() => count = 0;

    public void Add(int id)
    {
        if (count == symbols.Length)
            Array.Resize(ref symbols, count * 2);
        symbols[count] = new Symbol { Id = id, Previous = count - 1, Next = count + 1 };
        count++;
    }

    /// <summary>Merges what was added and appends the resulting ids.</summary>
    public void MergeInto(List<int> output)
    {
        for (var i = 0; i < count; i++)
            Consider(i);
        while (queue.TryDequeue(out var rank, out var at))
        {
            // Neighbours may have merged since: then the symbol begins another pair, or none.
            if (symbols[at].Rank == rank)
                Merge(at);
        }
        for (var i = 0; i < count; i = symbols[i].Next)
            output.Add(symbols[i].Id);
    }

    private void Merge(int at)
    {
        ref var left = ref symbols[at];
        ref var right = ref symbols[left.Next];
        left.Id = left.Joined;
        left.Next = right.Next;
        right.Rank = None;
        if (left.Next < count)
            symbols[left.Next].Previous = at;
        Consider(at);
        if (left.Previous >= 0)
            Consider(left.Previous);
    }

    /// <summary>Notes and queues the merge of a symbol with the one after it, if there is one.</summary>
    private void Consider(int at)
    {
        ref var left = ref symbols[at];
        left.Rank = None;
        if (left.Next >= count || !merges.TryGet(left.Id, symbols[left.Next].Id, out var rank, out var joined))
            return;
        (left.Rank, left.Joined) = (rank, joined);
        queue.Enqueue(rank, at);
    }

    private struct Symbol
    {
        public int Id, Previous, Next;

        /// <summary>Rank of the merge with the next symbol, or none, and what it makes.</summary>
        public int Rank, Joined;
    }
}
