using System.Buffers;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Python's notion of white space and of cutting strings.</summary>
internal static class Strings
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001C\u001D\u001E\u0085\u2028\u2029");

    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F';

    public static string TrimEnd(string text) => Trim(Text.Of(text), null, start: false, end: true).Value;

    /// <summary>As <c>strip</c>: white space, or any of the characters given.</summary>
    public static Text Trim(Text text, Text? characters, bool start = true, bool end = true)
    {
        var value = text.Value.AsSpan();
        var (from, to) = (0, value.Length);
        while (start && from < to && Drops(value[from], characters))
            from++;
        while (end && to > from && Drops(value[to - 1], characters))
            to--;
        return text.Slice(from, to - from);
    }

    /// <summary>As <c>split</c>: by a separator, or by runs of white space.</summary>
    public static List<object?> Split(Text text, Text? separator, int limit)
    {
        if (separator is { Length: 0 })
            throw new ChatTemplateException("A string cannot be split by an empty separator.");
        var parts = new List<object?>();
        var value = text.Value;
        var at = 0;
        while (separator is null && at < value.Length && IsSpace(value[at]))
            at++;
        while (limit < 0 || parts.Count < limit)
        {
            var rest = value.AsSpan(at);
            var found = separator is null ? rest.IndexOfSpace() : rest.IndexOf(separator.Value, StringComparison.Ordinal);
            if (found < 0)
                break;
            parts.Add(text.Slice(at, found));
            at += found + (separator?.Length ?? 1);
            while (separator is null && at < value.Length && IsSpace(value[at]))
                at++;
        }
        if (separator is not null || at < value.Length)
            parts.Add(text.Slice(at, value.Length - at));
        return parts;
    }

    /// <summary>As <c>rsplit</c> with a separator.</summary>
    public static List<object?> SplitFromEnd(Text text, Text separator, int limit)
    {
        var all = Split(text, separator, -1);
        if (limit < 0 || all.Count <= limit + 1)
            return all;
        var head = Text.Join(separator, all.Take(all.Count - limit).Cast<Text>());
        return [head, .. all.Skip(all.Count - limit)];
    }

    public static List<object?> Lines(Text text)
    {
        var lines = new List<object?>();
        var value = text.Value;
        for (var at = 0; at < value.Length;)
        {
            var length = value.AsSpan(at).IndexOfAny(LineEnds);
            if (length < 0)
                length = value.Length - at;
            lines.Add(text.Slice(at, length));
            at += length;
            at += at + 1 < value.Length && value[at] == '\r' && value[at + 1] == '\n' ? 2 : 1;
        }
        return lines;
    }

    public static Text Replace(Text text, Text old, Text replacement, int limit)
    {
        if (old.Length == 0)
            throw new ChatTemplateException("An empty string cannot be replaced.");
        return Text.Join(replacement, Split(text, old, limit).Cast<Text>());
    }

    /// <summary>Upper case after anything that is no letter, lower case after a letter.</summary>
    public static Text Title(Text text, Func<char, bool> startsWordAfter)
    {
        var value = text.Value.ToCharArray();
        var starts = true;
        for (var i = 0; i < value.Length; i++)
        {
            var next = startsWordAfter(value[i]);
            value[i] = starts ? char.ToUpperInvariant(value[i]) : char.ToLowerInvariant(value[i]);
            starts = next;
        }
        return text.Rewrite(new string(value));
    }

    private static bool Drops(char c, Text? characters) =>
        characters is null ? IsSpace(c) : characters.Value.Contains(c, StringComparison.Ordinal);

    private static int IndexOfSpace(this ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsSpace(text[i]))
                return i;
        }
        return -1;
    }
}
