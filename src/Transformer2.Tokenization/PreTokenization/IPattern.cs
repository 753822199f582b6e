namespace Transformer2.Tokenization;

/// <summary>Finds non-overlapping matches, from left to right.</summary>
internal interface IPattern
{
    List<(int Start, int Length)> Matches(ReadOnlySpan<char> text);
}

/// <summary>A fixed text.</summary>
internal sealed class LiteralPattern(string literal) : IPattern
{
    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        for (var at = 0; literal.Length > 0 && text[at..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var found;)
        {
            matches.Add((at + found, literal.Length));
            at += found + literal.Length;
        }
        return matches;
    }
}

/// <summary>Characters of which a predicate holds, each one a match.</summary>
internal sealed class RunePattern(Func<System.Text.Rune, bool> predicate) : IPattern
{
    public List<(int Start, int Length)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (predicate(rune))
                matches.Add((at, rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }
        return matches;
    }
}
