using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;

namespace Transformer2.Training.Rollouts;

/// <summary>Draws a token from logits.</summary>
internal static class TokenDraw
{
    /// <param name="logits">[vocabulary]</param>
    /// <param name="temperature">0 takes the most probable token, of equals the first.</param>
    /// <param name="seed">Names the answer's random numbers.</param>
    /// <param name="position">The token's number in the answer.</param>
    /// <exception cref="TrainingDivergedException">A logit is no number.</exception>
    public static int From(ReadOnlySpan<float> logits, double temperature, ulong seed, int position)
    {
        var best = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            if (!float.IsFinite(logits[i])) throw new TrainingDivergedException("The model's logits are no numbers any more: the training diverged.");
            if (logits[i] > logits[best]) best = i;
        }

        if (temperature <= 0) return best;
        double most = logits[best], total = 0;
        foreach (var logit in logits) total += Math.Exp((logit - most) / temperature);
        var left = SeededRandom.For(seed, (ulong)position).NextDouble() * total;
        for (var i = 0; i < logits.Length; i++)
        {
            if ((left -= Math.Exp((logits[i] - most) / temperature)) < 0) return i;
        }

        return best; // rounding
    }
}
