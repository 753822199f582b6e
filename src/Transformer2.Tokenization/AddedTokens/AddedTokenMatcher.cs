using System.Text;

namespace Transformer2.Tokenization;

/// <summary>Finds added tokens in a text: the left-most, of those the longest, and only in characters that are not from the user.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Node _root = new();

    /// <param name="tokens">Tokens by the text to look for.</param>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        foreach (var (text, token) in tokens)
        {
            var node = _root;
            foreach (var c in text)
            {
                if (!node.Children.TryGetValue(c, out var child))
                    node.Children[c] = child = new Node();
                node = child;
            }
            if (text.Length > 0)
                node.Token ??= token;
        }
    }

    /// <summary>Parts of the text in order: either a token, or the text between tokens.</summary>
    public List<(MarkedText Text, AddedToken? Token)> Split(MarkedText text)
    {
        if (_root.Children.Count == 0 || text.IsAllFromUser)
            return text.Length == 0 ? [] : [(text, null)];
        var parts = new List<(MarkedText, AddedToken?)>();
        var span = text.Text.Span;
        var done = 0;
        for (var at = 0; at < span.Length;)
        {
            if (Longest(text, at) is not { } found)
            {
                at++;
                continue;
            }
            var (start, end) = (at, at + found.Length);
            at = end;
            if (found.Token.SingleWord && (IsWordBefore(span, start) || IsWordAfter(span, end)))
                continue;
            while (found.Token.TrimLeft && start > done && char.IsWhiteSpace(span[start - 1]))
                start--;
            while (found.Token.TrimRight && end < span.Length && char.IsWhiteSpace(span[end]))
                end++;
            if (start > done)
                parts.Add((text.Slice(done, start - done), null));
            parts.Add((text.Slice(start, end - start), found.Token));
            done = at = end;
        }
        if (done < text.Length)
            parts.Add((text.Slice(done, text.Length - done), null));
        return parts;
    }

    private (AddedToken Token, int Length)? Longest(MarkedText text, int start)
    {
        (AddedToken, int)? best = null;
        var span = text.Text.Span;
        var node = _root;
        for (var at = start; at < span.Length && !text.IsFromUser(at) && node.Children.TryGetValue(span[at], out node); at++)
        {
            if (node.Token is { } token)
                best = (token, at + 1 - start);
        }
        return best;
    }

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeLastFromUtf16(text[..at], out var rune, out _) == System.Buffers.OperationStatus.Done && CharacterClasses.IsWord(rune);

    private static bool IsWordAfter(ReadOnlySpan<char> text, int at) =>
        Rune.DecodeFromUtf16(text[at..], out var rune, out _) == System.Buffers.OperationStatus.Done && CharacterClasses.IsWord(rune);

    private sealed class Node
    {
        public Dictionary<char, Node> Children { get; } = [];

        public AddedToken? Token { get; set; }
    }
}
