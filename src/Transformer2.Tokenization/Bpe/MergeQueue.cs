namespace Transformer2.Tokenization;

/// <summary>
/// Candidate merges, lowest rank first and the left-most of equals first: a heap of four children per node over one number that holds
/// rank and position.
/// </summary>
internal sealed class MergeQueue
{
    private ulong[] _heap = new ulong[64];
    private int _count;

    /// <summary>How many places of the heap were gone to: the work so far.</summary>
    public long Steps { get; private set; }

    public void Enqueue(int rank, int position)
    {
        if (_count == _heap.Length)
            Array.Resize(ref _heap, _count * 2);
        var item = ((ulong)(uint)rank << 32) | (uint)position;
        var at = _count++;
        while (at > 0 && _heap[(at - 1) >> 2] > item)
        {
            _heap[at] = _heap[(at - 1) >> 2];
            at = (at - 1) >> 2;
            Steps++;
        }
        _heap[at] = item;
        Steps++;
    }

    public bool TryDequeue(out int rank, out int position)
    {
        if (_count == 0)
        {
            (rank, position) = (0, 0);
            return false;
        }
        (rank, position) = ((int)(_heap[0] >> 32), (int)_heap[0]);
        SiftDown(_heap[--_count]);
        return true;
    }

    private void SiftDown(ulong item)
    {
        var at = 0;
        for (var child = 1; child < _count; child = (4 * at) + 1)
        {
            var least = child;
            for (var other = child + 1; other < Math.Min(child + 4, _count); other++)
            {
                if (_heap[other] < _heap[least])
                    least = other;
            }
            if (_heap[least] >= item)
                break;
            _heap[at] = _heap[least];
            at = least;
            Steps++;
        }
        _heap[at] = item;
        Steps++;
    }
}
