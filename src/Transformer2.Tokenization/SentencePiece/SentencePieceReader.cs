using System.Text;

namespace Transformer2.Tokenization;

/// <summary>
/// Reads a SentencePiece BPE model into a tokenizer that computes what the SentencePiece library computes. What the library would do
/// differently from it is refused.
/// </summary>
internal static class SentencePieceReader
{
    public static TokenizerParts Read(ReadOnlySpan<byte> bytes, TokenizerConfig config)
    {
        var file = SentencePieceFile.Read(bytes);
        var ids = Ids(file);
        var reachable = Of(file, PieceType.Normal);
        var userDefined = Of(file, PieceType.UserDefined);
        if (file.RemoveExtraSpaces && userDefined.Keys.Any(piece => piece.Contains(' ', StringComparison.Ordinal)))
            throw new TokenizerException("A SentencePiece model that removes spaces and has user-defined pieces with spaces is not supported.");
        foreach (var token in config.AddedTokens.Where(t => t.IsSpecial && userDefined.ContainsKey(t.Content)))
            userDefined.Remove(token.Content);
        CheckCharacters(reachable);

        var mark = file.EscapeSpaces ? SentencePieceDecoder.Mark : ' ';
        var spaces = new SentencePieceSpaces(mark, file.RemoveExtraSpaces);
        var steps = new List<IPreTokenizer>();
        if (file.AddDummyPrefix)
            steps.Add(new DummyPrefix(mark, file.SpaceAsSuffix, firstOnly: config.PrefixesFirstOnly));
        if (userDefined.Count > 0)
            steps.Add(new SplitPreTokenizer(new WordFinder(userDefined.Keys), SplitBehavior.Isolated));

        var added = Added(file);
        var implied = new Dictionary<string, string>(StringComparer.Ordinal);
        if (IsControl(file.BosPiece))
            implied["bos_token"] = file.BosPiece;
        if (IsControl(file.EosPiece))
            implied["eos_token"] = file.EosPiece;
        int? unknown = file.Pieces.FindIndex(p => p.Type == PieceType.Unknown);
        return new TokenizerParts(
            ids,
            new Dictionary<string, int>(reachable.Concat(file.ByteFallback ? Of(file, PieceType.Byte) : []), StringComparer.Ordinal),
            added,
            file.Charsmap is { } map ? new NormalizerSequence([new SentencePieceCharsmap(map, new WordFinder(userDefined.Keys)), spaces]) : spaces,
            steps.Count == 0 ? null : new PreTokenizerSequence(steps),
            new BpeOptions(ByteLevel: false, IgnoreMerges: false, file.ByteFallback, FuseUnknown: true, unknown),
            ScoredMerges.Build(Ranked(file), reachable),
            Around(config, implied, ids),
            new SentencePieceDecoder(file))
        {
            FixedWords = userDefined,
            ImpliedTokens = implied,
        };

        bool IsControl(string piece) => ids.TryGetValue(piece, out var id) && file.Pieces[id].Type == PieceType.Control;
    }

    private static Dictionary<string, int> Ids(SentencePieceFile file)
    {
        var ids = new Dictionary<string, int>(file.Pieces.Count, StringComparer.Ordinal);
        foreach (var (piece, id) in file.Pieces.Select((p, i) => (p, i)))
        {
            if (piece.Type == PieceType.Unused || !Enum.IsDefined(piece.Type))
                throw new TokenizerException($"Pieces of type '{piece.Type}' are not supported in a SentencePiece model.");
            if (piece.Text.Length == 0 || !float.IsFinite(piece.Score) || !ids.TryAdd(piece.Text, id))
                throw new TokenizerException($"Piece {id} of the SentencePiece model is empty, not new, or without a score.");
        }
        if (file.Pieces.Count(p => p.Type == PieceType.Unknown) != 1)
            throw new TokenizerException("The SentencePiece model does not have exactly one unknown piece.");
        var bytes = file.Pieces.Where(p => p.Type == PieceType.Byte).Select(p => p.Text).ToHashSet();
        var expected = file.ByteFallback ? Enumerable.Range(0, 256).Select(BpeModel.ByteToken) : [];
        if (!bytes.SetEquals(expected))
            throw new TokenizerException("The byte pieces of the SentencePiece model are not those of its byte fallback.");
        return ids;
    }

    private static Dictionary<string, int> Of(SentencePieceFile file, PieceType type) => file.Pieces
        .Select((piece, id) => (piece, id))
        .Where(p => p.piece.Type == type)
        .ToDictionary(p => p.piece.Text, p => p.id, StringComparer.Ordinal);

    /// <summary>The library joins any two neighbours, also unknown ones; here only pieces join, which is the same if every character is one.</summary>
    private static void CheckCharacters(Dictionary<string, int> pieces)
    {
        var lookup = pieces.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var piece in pieces.Keys)
        {
            for (int at = 0, length; at < piece.Length; at += length)
            {
                Rune.DecodeFromUtf16(piece.AsSpan(at), out var rune, out length);
                if (!lookup.ContainsKey(piece.AsSpan(at, length)))
                    throw new TokenizerException($"A piece of the SentencePiece model holds U+{rune.Value:X4}, which is no piece: this is not supported.");
            }
        }
    }

    private static IEnumerable<(string Spelling, int Id, int Rank)> Ranked(SentencePieceFile file)
    {
        var (rank, score) = (-1, float.NaN);
        foreach (var (piece, id) in file.Pieces.Select((p, i) => (p, i)).Where(p => p.p.Type == PieceType.Normal).OrderByDescending(p => p.p.Score))
        {
            if (piece.Score != score)
                (rank, score) = (rank + 1, piece.Score);
            yield return (piece.Text, id, rank);
        }
    }

    /// <summary>Control pieces are special. The unknown piece can be written by a template too, but it stands for text.</summary>
    private static List<AddedToken> Added(SentencePieceFile file) =>
        [.. file.Pieces.Select((piece, id) => (piece, id))
            .Where(p => p.piece.Type is PieceType.Control or PieceType.Unknown)
            .Select(p => new AddedToken(p.id, p.piece.Text, IsSpecial: p.piece.Type == PieceType.Control, false, false, false, Normalized: false))];

    private static Surroundings Around(TokenizerConfig config, Dictionary<string, string> implied, Dictionary<string, int> ids)
    {
        return new(One(config.AddBos ?? true, "bos_token"), One(config.AddEos ?? false, "eos_token"));

        int[] One(bool wanted, string name) =>
            wanted && (config.Tokens.GetValueOrDefault(name) ?? implied.GetValueOrDefault(name)) is { } token
            && (ids.TryGetValue(token, out var id) || config.AddedTokens.FirstOrDefault(t => t.Content == token) is { } added && (id = added.Id) >= 0)
                ? [id]
                : [];
    }
}
