namespace Transformer2.Tokenization;

/// <summary>
/// Applies the merges to one word: lowest rank first, the left-most of equals first. Symbols form a linked list and candidate pairs a
/// heap, so a word of n symbols takes O(n log n). Holds the working memory of one call; not for use by several threads.
/// </summary>
internal sealed class MergeBuffer(MergeTable merges)
{
    private const int None = -1;
    private readonly MergeQueue _queue = new();
    private Symbol[] _symbols = new Symbol[32];
    private int _count;

    /// <summary>The work so far, in steps that take about the same time each.</summary>
    public long Steps => _queue.Steps;

    public void Clear() => _count = 0;

    public void Add(int id)
    {
        if (_count == _symbols.Length)
            Array.Resize(ref _symbols, _count * 2);
        _symbols[_count] = new Symbol { Id = id, Previous = _count - 1, Next = _count + 1 };
        _count++;
    }

    /// <summary>Merges what was added and appends the resulting ids.</summary>
    public void MergeInto(List<int> output)
    {
        for (var i = 0; i < _count; i++)
            Consider(i);
        while (_queue.TryDequeue(out var rank, out var at))
        {
            // Neighbours may have merged since: then the symbol begins another pair, or none.
            if (_symbols[at].Rank == rank)
                Merge(at);
        }
        for (var i = 0; i < _count; i = _symbols[i].Next)
            output.Add(_symbols[i].Id);
    }

    private void Merge(int at)
    {
        ref var left = ref _symbols[at];
        ref var right = ref _symbols[left.Next];
        left.Id = left.Joined;
        left.Next = right.Next;
        right.Rank = None;
        if (left.Next < _count)
            _symbols[left.Next].Previous = at;
        Consider(at);
        if (left.Previous >= 0)
            Consider(left.Previous);
    }

    /// <summary>Notes and queues the merge of a symbol with the one after it, if there is one.</summary>
    private void Consider(int at)
    {
        ref var left = ref _symbols[at];
        left.Rank = None;
        if (left.Next >= _count || !merges.TryGet(left.Id, _symbols[left.Next].Id, out var rank, out var joined))
            return;
        (left.Rank, left.Joined) = (rank, joined);
        _queue.Enqueue(rank, at);
    }

    private struct Symbol
    {
        public int Id, Previous, Next;

        /// <summary>Rank of the merge with the next symbol, or none, and what it makes.</summary>
        public int Rank, Joined;
    }
}
