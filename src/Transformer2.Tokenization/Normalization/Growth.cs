namespace Transformer2.Tokenization;

/// <summary>
/// How much longer rewriting may make a text. No model's tokenizer comes near; a hostile one doubles the text with every step.
/// </summary>
internal static class Growth
{
    // Unicode's own: one character becomes at most 18 (U+FDFA in NFKD).
    private const int Factor = 32;
    private const int Free = 1024;

    /// <exception cref="TokenizerException">The text would become too long.</exception>
    public static void Check(int before, long after)
    {
        if (after > ((long)before * Factor) + Free)
            throw new TokenizerException($"The tokenizer would turn {before} characters into {after}; at most {Factor} times as many are accepted.");
    }
}
