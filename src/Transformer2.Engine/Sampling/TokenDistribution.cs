using System.Buffers;

namespace Transformer2.Engine;

/// <summary>The tokens that may follow, with their probabilities. Its memory is rented: dispose of it.</summary>
internal readonly ref struct TokenDistribution : IDisposable
{
    // Most nuclei are smaller.
    private const int UnknownCandidates = 64;

    private readonly int[]? _ids; // null: every token of the vocabulary is kept
    private readonly double[] _weights; // not yet divided by their sum
    private readonly double _total;

    private TokenDistribution(int[]? ids, double[] weights, int count, double total) =>
        (_ids, _weights, Count, _total) = (ids, weights, count, total);

    /// <summary>How many tokens the filters kept.</summary>
    public int Count { get; }

    /// <summary>The kept token at an index.</summary>
    public int Id(int index) => _ids is null ? index : _ids[index];

    /// <summary>The probability of the kept token at an index, in single precision.</summary>
    public float Probability(int index) => (float)(_weights[index] / _total);

    /// <summary>
    /// Filters in the order temperature, top-k, top-p (nucleus sampling, arXiv 1904.09751), min-p (arXiv 2407.01082). The temperature divides
    /// in single precision, as the reference does, so that close scores come out alike.
    /// </summary>
    /// <param name="scores">The logits after bias and penalties; changed in place.</param>
    /// <param name="options">The filters; the temperature is above 0.</param>
    public static TokenDistribution Of(Span<float> scores, SamplingOptions options)
    {
        Scores.Temper(scores, Math.Max((float)options.Temperature, float.Epsilon));
        var topK = options.TopK < scores.Length ? options.TopK : 0;
        if (topK > 0 || options.TopP < 1 || options.MinP > 0) return Filtered(scores, topK, options);
        var weights = ArrayPool<double>.Shared.Rent(scores.Length);
        return new(ids: null, weights, scores.Length, Scores.Exponentials(scores, weights));
    }

    /// <summary>Draws a token.</summary>
    /// <param name="uniform">A uniform number in [0, 1).</param>
    public int Draw(double uniform)
    {
        var left = uniform * _total;
        var last = 0;
        for (var i = 0; i < Count; i++)
        {
            // Rounding may leave a little behind the last token; it must not go to one that has no probability.
            if (_weights[i] == 0) continue;
            last = i;
            if ((left -= _weights[i]) < 0) break;
        }

        return Id(last);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<double>.Shared.Return(_weights);
        if (_ids is not null) ArrayPool<int>.Shared.Return(_ids);
    }

    // Every filter keeps a beginning of the falling order, so together they keep the shortest of these beginnings.
    private static TokenDistribution Filtered(ReadOnlySpan<float> scores, int topK, SamplingOptions options)
    {
        // One more than top-k keeps, which may equal the last.
        using var candidates = new Candidates(scores, expected: topK > 0 ? topK + 1 : UnknownCandidates);
        var ids = ArrayPool<int>.Shared.Rent(scores.Length);
        var weights = ArrayPool<double>.Shared.Rent(scores.Length);
        // Top-p measures against what top-k kept: all, or the first k, which are then taken first.
        var mass = topK == 0 && options.TopP < 1 ? Scores.SumOfExponentials(scores) : 0;
        var (count, sum, last) = (0, 0.0, float.NaN);
        while (!candidates.IsEmpty && IsKept(candidates.Top))
        {
            last = candidates.Top;
            ids[count] = candidates.Take();
            weights[count] = Math.Exp(last);
            sum += weights[count++];
        }

        if (topK > 0) (count, sum) = Shortened(weights.AsSpan(0, count), sum, options);
        return new(ids, weights, count, sum);

        // As the reference does, top-k also keeps what equals the last that it keeps.
        bool IsKept(float score) => topK > 0
            ? count < topK || score == last
            : count == 0 || (IsInNucleus(sum, mass, options) && Math.Exp(score) >= options.MinP);
    }

    private static (int Count, double Sum) Shortened(ReadOnlySpan<double> weights, double mass, SamplingOptions options)
    {
        var (kept, sum) = (0, 0.0);
        while (kept < weights.Length && (kept == 0 || (IsInNucleus(sum, mass, options) && weights[kept] >= options.MinP))) sum += weights[kept++];
        return (kept, sum);
    }

    // The most probable token has weight 1, so min-p compares weights with itself.
    private static bool IsInNucleus(double sumBefore, double mass, SamplingOptions options) => options.TopP >= 1 || sumBefore < options.TopP * mass;
}
