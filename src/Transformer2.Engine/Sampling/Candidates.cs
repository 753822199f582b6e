using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Transformer2.Engine;

/// <summary>
/// The tokens of a vocabulary in falling order of their scores, equal ones in the order of ids. They are found in batches, each several times as large as the
/// one before: those that reach a bound, which is chosen so that there are about as many as are wanted, and no other is sorted. The vocabulary is cut into
/// groups whose highest scores are known: few tokens are found by looking at these and into the groups that reach the bound.
/// </summary>
internal ref struct Candidates : IDisposable
{
    private const int Group = 64;
    private const int Growth = 4; // from batch to batch

    private readonly ReadOnlySpan<float> _scores;
    private readonly float[] _tops; // of the groups
    private readonly int _groups;
    private readonly ulong[] _batch; // score and id of each token, so that they sort as they are taken
    private int _wanted;
    private int _found; // in all batches
    private int _next; // of this batch
    private int _count;
    private float _bound = float.PositiveInfinity; // what is not below it has been found

    /// <param name="scores">The vocabulary's; numbers or negative infinity.</param>
    /// <param name="expected">How many are probably taken.</param>
    public Candidates(ReadOnlySpan<float> scores, int expected)
    {
        _scores = scores;
        _wanted = expected;
        _groups = (scores.Length + Group - 1) / Group;
        _tops = ArrayPool<float>.Shared.Rent(_groups);
        _batch = ArrayPool<ulong>.Shared.Rent(scores.Length);
        for (var group = 0; group < _groups; group++) _tops[group] = Scores.Max(scores.Slice(group * Group, Math.Min(Group, scores.Length - (group * Group))));
    }

    public bool IsEmpty => _next == _count && !TryFind();

    /// <summary>The highest score that is left.</summary>
    public readonly float Top => _scores[Id(_batch[_next])];

    /// <summary>Takes the token with the highest score; there is one.</summary>
    public int Take() => Id(_batch[_next++]);

    public readonly void Dispose()
    {
        ArrayPool<float>.Shared.Return(_tops);
        ArrayPool<ulong>.Shared.Return(_batch);
    }

    private static int Id(ulong key) => (int)(uint)key;

    // Falling scores are rising keys; the sum makes a positive zero of a negative one, which is its equal.
    private static ulong Key(float score, int id)
    {
        var bits = BitConverter.SingleToInt32Bits(score + 0f);
        return ((ulong)(uint)(bits < 0 ? bits : ~bits ^ int.MinValue) << 32) | (uint)id;
    }

    private bool TryFind()
    {
        (_next, _count) = (0, 0);
        if (_found == _scores.Length) return false;
        var (below, from) = (_bound, Bound());
        for (var group = 0; group < _groups; group++)
        {
            if (_tops[group] >= from) Find(group * Group, Math.Min((group + 1) * Group, _scores.Length), from, below);
        }

        _batch.AsSpan(0, _count).Sort();
        _bound = from;
        _found += _count;
        // More than were found: the next bound is lower than this one.
        _wanted = Math.Max(_wanted, _found) * Growth;
        return _count > 0;
    }

    private void Find(int start, int end, float from, float below)
    {
        ref var first = ref MemoryMarshal.GetReference(_scores);
        for (; start <= end - Vector512<float>.Count; start += Vector512<float>.Count)
        {
            var scores = Vector512.LoadUnsafe(ref first, (nuint)start);
            var found = (Vector512.GreaterThanOrEqual(scores, Vector512.Create(from)) & Vector512.LessThan(scores, Vector512.Create(below))).ExtractMostSignificantBits();
            for (; found != 0; found &= found - 1)
            {
                var id = start + BitOperations.TrailingZeroCount(found);
                _batch[_count++] = Key(_scores[id], id);
            }
        }

        for (; start < end; start++)
        {
            if (_scores[start] >= from && _scores[start] < below) _batch[_count++] = Key(_scores[start], start);
        }
    }

    // A bound that as many groups reach is reached by as many tokens, and by hardly more while these are few.
    private readonly float Bound() =>
        _wanted >= _scores.Length / 2 ? float.NegativeInfinity : Bound(_wanted <= _groups / 4 ? _tops.AsSpan(0, _groups) : _scores, _wanted);

    // A bound that at least so many values reach, and if possible not many more. Halves what lies between the lowest and the highest number there is, as whole
    // numbers in the order of floats.
    private static float Bound(ReadOnlySpan<float> values, int wanted)
    {
        long reached = Ordered(float.NegativeInfinity), missed = Ordered(float.PositiveInfinity);
        while (missed - reached > 1)
        {
            var middle = (int)((reached + missed) >> 1);
            var count = CountReaching(values, Single(middle));
            if (count < wanted) missed = middle;
            else reached = middle;
            if (count >= wanted && count <= wanted + (wanted / 4)) break;
        }

        return Single((int)reached);

        static int Ordered(float value) => Turned(BitConverter.SingleToInt32Bits(value));
        static float Single(int ordered) => BitConverter.Int32BitsToSingle(Turned(ordered));
        static int Turned(int bits) => bits < 0 ? bits ^ int.MaxValue : bits;
    }

    private static int CountReaching(ReadOnlySpan<float> values, float bound)
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        var (counts, i) = (Vector512<int>.Zero, 0);
        for (; i <= values.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            counts -= Vector512.GreaterThanOrEqual(Vector512.LoadUnsafe(ref first, (nuint)i), Vector512.Create(bound)).AsInt32();
        var count = Vector512.Sum(counts);
        for (; i < values.Length; i++) count += values[i] >= bound ? 1 : 0;
        return count;
    }
}
