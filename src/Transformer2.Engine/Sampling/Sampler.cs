namespace Transformer2.Engine;

/// <summary>
/// Draws tokens for one sequence. Filters in the order temperature, top-k, top-p (nucleus sampling, arXiv 1904.09751), then one
/// uniform number of the sequence's own generator decides: draws depend on the seed and the logits only.
/// </summary>
internal sealed class Sampler(SamplingOptions options, ulong fallbackSeed)
{
    private readonly SeededGenerator _generator = new(options.Seed ?? fallbackSeed);

    /// <param name="logits">[vocabulary], finite.</param>
    public int Next(ReadOnlySpan<float> logits)
    {
        if (options.Temperature == 0 || options.TopK == 1) return ArgMax(logits);

        var candidates = new (float Logit, int Id)[logits.Length];
        for (var id = 0; id < logits.Length; id++) candidates[id] = (logits[id], id);
        // Falling logits; equal ones in the order of ids, so that the order is one.
        Array.Sort(candidates, static (a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Id.CompareTo(b.Id));

        var kept = options.TopK > 0 ? Math.Min(options.TopK, candidates.Length) : candidates.Length;
        var weights = new double[kept];
        var total = 0.0;
        for (var i = 0; i < kept; i++) total += weights[i] = Math.Exp((candidates[i].Logit - candidates[0].Logit) / options.Temperature);
        kept = Nucleus(weights, total, ref total);

        var left = _generator.NextDouble() * total;
        for (var i = 0; i < kept - 1; i++)
        {
            if ((left -= weights[i]) < 0) return candidates[i].Id;
        }

        return candidates[kept - 1].Id;
    }

    private int Nucleus(double[] weights, double all, ref double total)
    {
        if (options.TopP >= 1) return weights.Length;
        var (kept, sum) = (0, 0.0);
        while (kept < weights.Length && (kept == 0 || sum < options.TopP * all)) sum += weights[kept++];
        total = sum;
        return kept;
    }

    private static int ArgMax(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var id = 1; id < logits.Length; id++)
        {
            if (logits[id] > logits[best]) best = id;
        }

        return best;
    }
}
