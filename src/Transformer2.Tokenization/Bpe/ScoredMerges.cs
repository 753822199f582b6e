namespace Transformer2.Tokenization;

/// <summary>
/// Merges of a vocabulary that ranks whole tokens instead of pairs, as SentencePiece and tiktoken do: two neighbours join when what they
/// spell together is a token, and the best token is made first.
/// </summary>
internal static class ScoredMerges
{
    /// <summary>No trainer makes longer tokens, and a file with longer ones could make loading slow.</summary>
    private const int MaxLength = 512;

    /// <param name="tokens">What may be made, with its rank; equal ranks are made from the left.</param>
    /// <param name="parts">What may join.</param>
    public static MergeTable Build(IEnumerable<(string Spelling, int Id, int Rank)> tokens, Dictionary<string, int> parts)
    {
        var lookup = parts.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(int Left, int Right, int Rank, int Id)>();
        foreach (var (spelling, id, rank) in tokens)
        {
            if (spelling.Length > MaxLength)
                throw new TokenizerException($"Token {id} is longer than {MaxLength} characters.");
            for (var at = 1; at < spelling.Length; at++)
            {
                // Half a surrogate pair is never a part, so a pair is never torn.
                if (lookup.TryGetValue(spelling.AsSpan(0, at), out var left) && lookup.TryGetValue(spelling.AsSpan(at), out var right))
                    merges.Add((left, right, rank, id));
            }
        }
        var table = new MergeTable(merges.Count);
        foreach (var (left, right, rank, id) in merges)
            table.Add(left, right, rank, id);
        return table;
    }
}
