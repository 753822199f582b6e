using System.Buffers;

namespace Transformer2.Engine;

/// <summary>
/// The tokens of a vocabulary in falling order of their scores, equal ones in the order of ids. Only as many are sorted as are asked
/// for: a heap is made in linear time, and each token taken from it costs the logarithm of the vocabulary.
/// </summary>
internal ref struct Candidates : IDisposable
{
    private readonly float[] _scores;
    private readonly int[] _ids;
    private int _count;

    public Candidates(ReadOnlySpan<float> scores)
    {
        _count = scores.Length;
        _scores = ArrayPool<float>.Shared.Rent(_count);
        _ids = ArrayPool<int>.Shared.Rent(_count);
        scores.CopyTo(_scores);
        for (var id = 0; id < _count; id++) _ids[id] = id;
        for (var i = (_count / 2) - 1; i >= 0; i--) SiftDown(i);
    }

    public readonly bool IsEmpty => _count == 0;

    /// <summary>The highest score that is left.</summary>
    public readonly float Top => _scores[0];

    /// <summary>Takes the token with the highest score.</summary>
    public int Take()
    {
        var id = _ids[0];
        _count--;
        (_scores[0], _ids[0]) = (_scores[_count], _ids[_count]);
        SiftDown(0);
        return id;
    }

    public readonly void Dispose()
    {
        ArrayPool<float>.Shared.Return(_scores);
        ArrayPool<int>.Shared.Return(_ids);
    }

    private readonly void SiftDown(int parent)
    {
        var (score, id) = (_scores[parent], _ids[parent]);
        while ((parent * 2) + 1 is var child && child < _count)
        {
            if (child + 1 < _count && Before(_scores[child + 1], _ids[child + 1], _scores[child], _ids[child])) child++;
            if (!Before(_scores[child], _ids[child], score, id)) break;
            (_scores[parent], _ids[parent]) = (_scores[child], _ids[child]);
            parent = child;
        }

        (_scores[parent], _ids[parent]) = (score, id);
    }

    private static bool Before(float score, int id, float otherScore, int otherId) => score != otherScore ? score > otherScore : id < otherId;
}
