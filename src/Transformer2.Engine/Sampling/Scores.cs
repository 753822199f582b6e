using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Transformer2.Engine;

/// <summary>
/// Passes over a vocabulary's scores. Vectors of one size everywhere, so that sums round alike on every machine, whatever it computes at once.
/// </summary>
internal static class Scores
{
    /// <summary>The index of the highest score, the first of equal ones.</summary>
    public static int ArgMax(ReadOnlySpan<float> scores)
    {
        var top = Max(scores);
        ref var first = ref MemoryMarshal.GetReference(scores);
        var i = 0;
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var equal = Vector512.Equals(Vector512.LoadUnsafe(ref first, (nuint)i), Vector512.Create(top)).ExtractMostSignificantBits();
            if (equal != 0) return i + BitOperations.TrailingZeroCount(equal);
        }

        while (i < scores.Length && scores[i] != top) i++;
        return i < scores.Length ? i : 0;
    }

    /// <summary>The highest score; there is at least one.</summary>
    public static float Max(ReadOnlySpan<float> scores)
    {
        ref var first = ref MemoryMarshal.GetReference(scores);
        var (tops, i) = (Vector512.Create(float.NegativeInfinity), 0);
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
            tops = Vector512.Max(tops, Vector512.LoadUnsafe(ref first, (nuint)i));
        var top = float.NegativeInfinity;
        for (var lane = 0; lane < Vector512<float>.Count; lane++) top = Math.Max(top, tops[lane]);
        for (; i < scores.Length; i++) top = Math.Max(top, scores[i]);
        return top;
    }

    /// <summary>Whether every score is a number.</summary>
    public static bool AllFinite(ReadOnlySpan<float> scores)
    {
        ref var first = ref MemoryMarshal.GetReference(scores);
        var i = 0;
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            if (!Vector512.LessThanAll(Vector512.Abs(Vector512.LoadUnsafe(ref first, (nuint)i)), Vector512.Create(float.PositiveInfinity))) return false;
        }

        for (; i < scores.Length; i++)
        {
            if (!float.IsFinite(scores[i])) return false;
        }

        return true;
    }

    /// <summary>Divides all scores, and takes off what the highest becomes: it has score 0 then.</summary>
    public static void Temper(Span<float> scores, float temperature)
    {
        var top = Max(scores);
        // Dividing first is what the reference does; where that would overflow, only differences have a meaning.
        var (before, after) = float.IsFinite(top / temperature) ? (0f, top / temperature) : (top, 0f);
        ref var first = ref MemoryMarshal.GetReference(scores);
        var i = 0;
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var score = Vector512.LoadUnsafe(ref first, (nuint)i);
            (((score - Vector512.Create(before)) / temperature) - Vector512.Create(after)).StoreUnsafe(ref first, (nuint)i);
        }

        for (; i < scores.Length; i++) scores[i] = ((scores[i] - before) / temperature) - after;
    }

    /// <summary>The sum of e^(score - shift).</summary>
    public static double SumOfExponentials(ReadOnlySpan<float> scores, double shift = 0)
    {
        ref var first = ref MemoryMarshal.GetReference(scores);
        var (sums, i) = (Vector512<double>.Zero, 0);
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var score = Vector512.LoadUnsafe(ref first, (nuint)i);
            sums += Vector512.Exp(Vector512.WidenLower(score) - Vector512.Create(shift));
            sums += Vector512.Exp(Vector512.WidenUpper(score) - Vector512.Create(shift));
        }

        var sum = Vector512.Sum(sums);
        for (; i < scores.Length; i++) sum += Math.Exp(scores[i] - shift);
        return sum;
    }

    /// <summary>Writes e^score of every score.</summary>
    /// <returns>Their sum.</returns>
    public static double Exponentials(ReadOnlySpan<float> scores, Span<double> exponentials)
    {
        ref var first = ref MemoryMarshal.GetReference(scores);
        ref var result = ref MemoryMarshal.GetReference(exponentials[..scores.Length]);
        var (sums, i) = (Vector512<double>.Zero, 0);
        for (; i <= scores.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var score = Vector512.LoadUnsafe(ref first, (nuint)i);
            var (lower, upper) = (Vector512.Exp(Vector512.WidenLower(score)), Vector512.Exp(Vector512.WidenUpper(score)));
            lower.StoreUnsafe(ref result, (nuint)i);
            upper.StoreUnsafe(ref result, (nuint)(i + Vector512<double>.Count));
            sums += lower;
            sums += upper;
        }

        var sum = Vector512.Sum(sums);
        for (; i < scores.Length; i++) sum += exponentials[i] = Math.Exp(scores[i]);
        return sum;
    }
}
