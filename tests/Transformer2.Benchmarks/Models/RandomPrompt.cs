namespace Transformer2.Benchmarks;

/// <summary>Prompts of random tokens.</summary>
internal static class RandomPrompt
{
    private const int FirstOrdinaryToken = 3;

    /// <summary>The same tokens for the same seed.</summary>
    public static int[] Tokens(int seed, int length, int vocabularySize)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(FirstOrdinaryToken, vocabularySize))];
    }
}
