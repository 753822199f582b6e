namespace Transformer2.Engine;

/// <summary>The tokens that may follow, with their probabilities.</summary>
/// <param name="ids">The tokens that the filters kept.</param>
/// <param name="weights">Their probabilities, not yet divided by their sum.</param>
internal sealed class TokenDistribution(int[] ids, double[] weights)
{
    private readonly double _total = weights.Sum();

    /// <summary>The tokens that the filters kept.</summary>
    public IReadOnlyList<int> Ids => ids;

    /// <summary>The probability of the kept token at an index, in single precision.</summary>
    public float Probability(int index) => (float)(weights[index] / _total);

    /// <summary>
    /// Filters in the order temperature, top-k, top-p (nucleus sampling, arXiv 1904.09751), min-p (arXiv 2407.01082). The temperature divides
    /// in single precision, as the reference does, so that close scores come out alike.
    /// </summary>
    /// <param name="scores">The logits after bias and penalties, finite; changed in place.</param>
    /// <param name="options">The filters; a temperature of 0 keeps the most probable token alone.</param>
    public static TokenDistribution Of(Span<float> scores, SamplingOptions options)
    {
        if (options.Temperature == 0) return new([ArgMax(scores)], [1]);
        Scale(scores, Math.Max((float)options.Temperature, float.Epsilon));
        if (options.TopK >= scores.Length) options = options with { TopK = 0 };
        return options is { TopK: 0, TopP: >= 1, MinP: <= 0 } ? All(scores) : Filtered(scores, options);
    }

    /// <summary>Draws a token.</summary>
    /// <param name="uniform">A uniform number in [0, 1).</param>
    public int Draw(double uniform)
    {
        var left = uniform * _total;
        for (var i = 0; i < ids.Length - 1; i++)
        {
            if ((left -= weights[i]) < 0) return ids[i];
        }

        return ids[^1];
    }

    // To score / temperature, less the highest of these: the most probable token has score 0.
    private static void Scale(Span<float> scores, float temperature)
    {
        var top = scores[ArgMax(scores)];
        // Dividing first is what the reference does; where that would overflow, only differences have a meaning.
        var divideFirst = float.IsFinite(top / temperature);
        foreach (ref var score in scores) score = divideFirst ? (score / temperature) - (top / temperature) : (score - top) / temperature;
    }

    private static TokenDistribution All(ReadOnlySpan<float> scores)
    {
        var (ids, weights) = (new int[scores.Length], new double[scores.Length]);
        for (var id = 0; id < scores.Length; id++) (ids[id], weights[id]) = (id, Math.Exp(scores[id]));
        return new(ids, weights);
    }

    // Every filter keeps a beginning of the falling order, so together they keep the shortest of these beginnings.
    private static TokenDistribution Filtered(ReadOnlySpan<float> scores, SamplingOptions options)
    {
        using var candidates = new Candidates(scores);
        var ids = new List<int>();
        var weights = new List<double>();
        // Top-p measures against what top-k kept: all, or the first k, which are then taken first.
        var mass = options.TopK == 0 ? Sum(scores) : 0;
        var (sum, last) = (0.0, float.NaN);
        while (!candidates.IsEmpty && IsKept(candidates.Top))
        {
            last = candidates.Top;
            ids.Add(candidates.Take());
            weights.Add(Math.Exp(last));
            sum += weights[^1];
        }

        return options.TopK == 0 ? new([.. ids], [.. weights]) : Shortened(ids, weights, sum, options);

        // As the reference does, top-k also keeps what equals the last that it keeps.
        bool IsKept(float score) => options.TopK > 0
            ? ids.Count < options.TopK || score == last
            : ids.Count == 0 || (IsInNucleus(sum, mass, options) && Math.Exp(score) >= options.MinP);
    }

    private static TokenDistribution Shortened(List<int> ids, List<double> weights, double mass, SamplingOptions options)
    {
        var (kept, sum) = (0, 0.0);
        while (kept < ids.Count && (kept == 0 || (IsInNucleus(sum, mass, options) && weights[kept] >= options.MinP))) sum += weights[kept++];
        return new([.. ids[..kept]], [.. weights[..kept]]);
    }

    // The most probable token has weight 1, so min-p compares weights with itself.
    private static bool IsInNucleus(double sumBefore, double mass, SamplingOptions options) => options.TopP >= 1 || sumBefore < options.TopP * mass;

    private static double Sum(ReadOnlySpan<float> scores)
    {
        var sum = 0.0;
        foreach (var score in scores) sum += Math.Exp(score);
        return sum;
    }

    private static int ArgMax(ReadOnlySpan<float> scores)
    {
        var best = 0;
        for (var id = 1; id < scores.Length; id++)
        {
            if (scores[id] > scores[best]) best = id;
        }

        return best;
    }
}
