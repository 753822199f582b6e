using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Finds added tokens in a text: the left-most, of those the longest, and only in characters that are not from the user.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokens;
    private readonly WordFinder _finder;

    /// <param name="tokens">Tokens by the text to look for; of several with the same text the first counts.</param>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        var byText = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var (text, token) in tokens)
            byText.TryAdd(text, token);
        _finder = new WordFinder(byText.Keys);
        _tokens = byText.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Parts of the text in order: either a token, or the text between tokens.</summary>
    public List<(MarkedText Text, AddedToken? Token)> Split(MarkedText text)
    {
        if (_finder.IsEmpty || text.IsAllFromUser)
            return text.Length == 0 ? [] : [(text, null)];
        var parts = new List<(MarkedText, AddedToken?)>();
        var span = text.Text.Span;
        var done = 0;
        foreach (var (at, length) in _finder.Matches(span, text.IsFromUser))
        {
            var (start, end, token) = (at, at + length, _tokens[span.Slice(at, length)]);
            // The second: the token before it has taken the white space with which this one starts.
            if ((token.SingleWord && (IsWordBefore(span, start) || IsWordAfter(span, end))) || start < done)
                continue;
            while (token.TrimLeft && start > done && char.IsWhiteSpace(span[start - 1]))
                start--;
            while (token.TrimRight && end < span.Length && char.IsWhiteSpace(span[end]))
                end++;
            if (start > done)
                parts.Add((text.Slice(done, start - done), null));
            parts.Add((text.Slice(start, end - start), token));
            done = end;
        }
        if (done < text.Length)
            parts.Add((text.Slice(done, text.Length - done), null));
        return parts;
    }

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeLastFromUtf16(text[..at], out var rune, out _) == System.Buffers.OperationStatus.Done && CharacterClasses.IsWord(rune);

    private static bool IsWordAfter(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeFromUtf16(text[at..], out var rune, out _) == System.Buffers.OperationStatus.Done && CharacterClasses.IsWord(rune);
}
