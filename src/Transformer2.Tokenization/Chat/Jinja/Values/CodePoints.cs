namespace Transformer2.Tokenization.Jinja;

/// <summary>Positions in a text as Python counts them: in code points, where .NET counts UTF-16 units.</summary>
internal static class CodePoints
{
    public static int Count(Text text) => Count(text.Value);

    public static int Count(ReadOnlySpan<char> text) => text.Length - Pairs(text);

    /// <summary>The order of texts by their code points, in which a pair of surrogates comes after every single unit.</summary>
    public static int Compare(string a, string b)
    {
        Work.Read(Math.Min(a.Length, b.Length));
        var at = a.AsSpan().CommonPrefixLength(b);
        return at == a.Length || at == b.Length ? a.Length.CompareTo(b.Length) : Rank(a[at]).CompareTo(Rank(b[at]));

        static int Rank(char c) => char.IsSurrogate(c) ? c + char.MaxValue : c;
    }

    public static IEnumerable<Text> Split(Text text)
    {
        for (int at = 0, length; at < text.Length; at += length)
            yield return text.Slice(at, length = Width(text.Value, at));
    }

    /// <summary>The text, cut after so many code points.</summary>
    public static Text Start(Text text, int? count) => count is { } most ? text.Slice(0, ToOffset(text, most)) : text;

    /// <summary>The UTF-16 offset of a code point.</summary>
    public static int ToOffset(Text text, int index) => Pairs(text.Value) == 0 ? Math.Min(index, text.Length) : ToOffset(text.Value.AsSpan(), index);

    /// <summary>The UTF-16 offset of a code point, without looking further than it.</summary>
    public static int ToOffset(ReadOnlySpan<char> text, int index)
    {
        Work.Read(Math.Min(text.Length, 2L * index));
        var at = 0;
        for (; index > 0 && at < text.Length; index--)
            at += Width(text, at);
        return at;
    }

    /// <summary>The code point that starts at a UTF-16 offset.</summary>
    public static int FromOffset(Text text, int offset) => offset - Pairs(text.Value.AsSpan(0, offset));

    /// <summary>How many UTF-16 units the code point at an offset has.</summary>
    public static int Width(ReadOnlySpan<char> text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    /// <summary>How many UTF-16 units the code point before an offset has.</summary>
    public static int WidthBefore(ReadOnlySpan<char> text, int at) => at > 1 && char.IsSurrogatePair(text[at - 2], text[at - 1]) ? 2 : 1;

    private static int Pairs(ReadOnlySpan<char> text)
    {
        Work.Read(text.Length);
        var pairs = 0;
        for (var i = text.IndexOfAnyInRange('\uD800', '\uDBFF'); i >= 0 && i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
                pairs++;
        }
        return pairs;
    }
}
