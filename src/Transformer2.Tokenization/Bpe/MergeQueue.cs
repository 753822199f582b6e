namespace Transformer2.Tokenization;

/// <summary>
/// Candidate merges, lowest rank first and the left-most of equals first: a heap of four children per node over one number that holds
/// rank and position.
/// </summary>
internal sealed class MergeQueue
{
    private ulong[] heap = new ulong[64];
    private int count;

    public void Enqueue(int rank, int position)
    {
        if (count == heap.Length)
            Array.Resize(ref heap, count * 2);
        var item = ((ulong)(uint)rank << 32) | (uint)position;
        var at = count++;
        while (at > 0 && heap[(at - 1) >> 2] > item)
        {
            heap[at] = heap[(at - 1) >> 2];
            at = (at - 1) >> 2;
        }
        heap[at] = item;
    }

    public bool TryDequeue(out int rank, out int position)
    {
        if (count == 0)
        {
            (rank, position) = (0, 0);
            return false;
        }
        (rank, position) = ((int)(heap[0] >> 32), (int)heap[0]);
        SiftDown(heap[--count]);
        return true;
    }

    private void SiftDown(ulong item)
    {
        var at = 0;
        for (var child = 1; child < count; child = (4 * at) + 1)
        {
            var least = child;
            for (var other = child + 1; other < Math.Min(child + 4, count); other++)
            {
                if (heap[other] < heap[least])
                    least = other;
            }
            if (heap[least] >= item)
                break;
            heap[at] = heap[least];
            at = least;
        }
        heap[at] = item;
    }
}
