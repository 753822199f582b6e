using System.Buffers;
using System.Text;

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
        Work.Read(text.Length);
        Work.Spend(characters?.Length ?? 0);
        var value = text.Value.AsSpan();
        var (from, to) = (0, value.Length);
        var dropped = characters?.Value.EnumerateRunes().ToHashSet();
        while (start && from < to && Drops(value[from..], dropped, out var width))
            from += width;
        while (end && to > from && DropsLast(value[from..to], dropped, out var width))
            to -= width;
        return text.Slice(from, to - from);
    }

    /// <summary>As <c>split</c>: by a separator, or by runs of white space.</summary>
    public static List<object?> Split(Text text, Text? separator, int limit)
    {
        if (separator is { Length: 0 })
            throw new ChatTemplateException("A string cannot be split by an empty separator.");
        Work.Search(text.Length, separator?.Length ?? 1);
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
            Add(parts, text.Slice(at, found));
            at += found + (separator?.Length ?? 1);
            while (separator is null && at < value.Length && IsSpace(value[at]))
                at++;
        }
        if (separator is not null || at < value.Length)
            Add(parts, text.Slice(at, value.Length - at));
        return parts;
    }

    /// <summary>As <c>rsplit</c>.</summary>
    public static List<object?> SplitFromEnd(Text text, Text? separator, int limit)
    {
        if (separator is null)
            return SplitSpacesFromEnd(text, limit);
        var all = Split(text, separator, -1);
        if (limit < 0 || all.Count <= limit + 1)
            return all;
        var head = Text.Join(separator, all.Take(all.Count - limit).Cast<Text>());
        return [head, .. all.Skip(all.Count - limit)];
    }

    private static List<object?> SplitSpacesFromEnd(Text text, int limit)
    {
        var words = Split(text, null, -1);
        if (limit < 0 || words.Count <= limit)
            return words;
        var rest = Trim(text, null, start: false);
        foreach (var word in words.TakeLast(limit).Reverse())
            rest = Trim(rest.Slice(0, rest.Length - ((Text)word!).Length), null, start: false);
        return rest.Length == 0 ? words : [rest, .. words.TakeLast(limit)];
    }

    public static List<object?> Lines(Text text, bool withEnds = false)
    {
        Work.Read(text.Length);
        var lines = new List<object?>();
        var value = text.Value;
        for (var at = 0; at < value.Length;)
        {
            var length = value.AsSpan(at).IndexOfAny(LineEnds);
            if (length < 0)
                length = value.Length - at;
            var end = at + length;
            var next = end + (end + 1 < value.Length && value[end] == '\r' && value[end + 1] == '\n' ? 2 : 1);
            Add(lines, text.Slice(at, withEnds ? Math.Min(next, value.Length) - at : length));
            at = next;
        }
        return lines;
    }

    public static Text Replace(Text text, Text old, Text replacement, int limit)
    {
        var places = limit < 0 ? int.MaxValue : limit;
        if (old.Length == 0)
            return Interspersed(text, replacement, places);
        Work.Search(text.Length, old.Length);
        var rewriter = new TextRewriter(text);
        var at = 0;
        for (; places > 0 && text.Value.AsSpan(at).IndexOf(old.Value, StringComparison.Ordinal) is >= 0 and var found; places--)
        {
            rewriter.Copy(found);
            rewriter.Replace(old.Length, "");
            rewriter.Insert(replacement);
            at += found + old.Length;
        }
        rewriter.Copy(text.Length - at);
        return rewriter.Build();
    }

    public static bool StartsWith(Text text, Text part)
    {
        Work.Read(part.Length);
        return text.Value.StartsWith(part.Value, StringComparison.Ordinal);
    }

    public static bool EndsWith(Text text, Text part)
    {
        Work.Read(part.Length);
        return text.Value.EndsWith(part.Value, StringComparison.Ordinal);
    }

    public static bool Contains(Text text, Text part)
    {
        Work.Search(text.Length, part.Length);
        return text.Value.Contains(part.Value, StringComparison.Ordinal);
    }

    public static Text Reversed(Text text)
    {
        var reversed = new TextBuilder();
        for (int at = text.Length, width; at > 0; at -= width)
            reversed.Append(text.Slice(at - (width = CodePoints.WidthBefore(text.Value, at)), width));
        return reversed.Build();
    }

    /// <summary>How often a part occurs, without overlaps.</summary>
    public static long Count(Text text, Text part)
    {
        if (part.Length == 0)
            return CodePoints.Count(text) + 1L;
        Work.Search(text.Length, part.Length);
        return text.Value.AsSpan().Count(part.Value);
    }

    /// <summary>Nothing is found before each character and at the end.</summary>
    private static Text Interspersed(Text text, Text replacement, int places)
    {
        var rewriter = new TextRewriter(text);
        for (int at = 0, width; at < text.Length; at += width, places--)
        {
            if (places > 0)
                rewriter.Insert(replacement);
            rewriter.Copy(width = CodePoints.Width(text.Value, at));
        }
        if (places > 0)
            rewriter.Insert(replacement);
        return rewriter.Build();
    }

    private static void Add(List<object?> parts, Text part)
    {
        if (parts.Count == Operators.MaxItems)
            Work.Items(parts.Count + 1L);
        parts.Add(part);
    }

    private static bool Drops(ReadOnlySpan<char> text, HashSet<Rune>? dropped, out int width)
    {
        Rune.DecodeFromUtf16(text, out var rune, out width);
        return dropped?.Contains(rune) ?? IsSpace(text[0]);
    }

    private static bool DropsLast(ReadOnlySpan<char> text, HashSet<Rune>? dropped, out int width)
    {
        Rune.DecodeLastFromUtf16(text, out var rune, out width);
        return dropped?.Contains(rune) ?? IsSpace(text[^1]);
    }

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
