namespace Transformer2.Engine;

/// <summary>
/// Log-probabilities of tokens, as OpenAI's API and vLLM have them: of the model's own distribution, before bias, penalties, temperature and filters.
/// </summary>
internal static class Logprobs
{
    /// <summary>Those of a token and of the most probable ones.</summary>
    /// <param name="logits">[vocabulary], finite, as the model computed them.</param>
    /// <param name="token">The token.</param>
    /// <param name="alternatives">How many of the most probable ones.</param>
    /// <param name="textOf">A token's text.</param>
    public static TokenLogprobs Of(ReadOnlySpan<float> logits, int token, int alternatives, Func<int, string> textOf)
    {
        // Taking off the highest first keeps every power within [0, 1] and every digit of the logarithm, however large the logits are.
        double top = Scores.Max(logits);
        var normalizer = Math.Log(Scores.SumOfExponentials(logits, shift: top));
        var most = new TokenLogprob[Math.Min(alternatives, logits.Length)];
        foreach (var (place, id) in MostProbable(logits, most.Length).Index()) most[place] = Entry(id, logits);
        return new TokenLogprobs(Entry(token, logits), most);

        TokenLogprob Entry(int id, ReadOnlySpan<float> logits) => new(id, textOf(id), logits[id] - top - normalizer);
    }

    // In falling order, equal ones in the order of ids. Few are asked for, so nearly every token fails the first comparison.
    private static int[] MostProbable(ReadOnlySpan<float> logits, int count)
    {
        var best = new int[count];
        var found = 0;
        for (var id = 0; id < logits.Length; id++)
        {
            if (found == count && logits[id] <= logits[best[^1]]) continue;
            var place = found < count ? found++ : count - 1;
            for (; place > 0 && logits[best[place - 1]] < logits[id]; place--) best[place] = best[place - 1];
            best[place] = id;
        }

        return best;
    }
}
