namespace Transformer2.Adaptation.Classification;

/// <summary>Finds the label in a model's answer to a classification prompt.</summary>
public static class BoxedLabel
{
    private const string Box = "\\boxed";
    private const string Line = "classification";
    private const string LineDecoration = " \t*_#>-";
    private const string LabelDecoration = "'\"`\u2018\u2019\u201c\u201d\u00ab\u00bb*_$.,;:!?()[]";

    /// <summary>
    /// Reads an answer as a person would. What decides is the last well-formed <c>\boxed{...}</c> that is not empty; without one the last
    /// line <c>Classification: label</c>; without that the whole answer, which must then be a label and nothing else. Case, spaces, quotes,
    /// emphasis, punctuation around the label and commands such as <c>\text{label}</c> do not matter.
    /// </summary>
    /// <param name="text">The answer, a prefilled beginning included.</param>
    /// <param name="labels">The labels that there are.</param>
    /// <returns>One of the labels, or null: the answer names none of them in the place that decides.</returns>
    public static string? Parse(string text, IReadOnlyList<string> labels) =>
        Match(LastBox(text) ?? LastLine(text) ?? text, labels);

    /// <summary>
    /// The rule of the published code, for comparisons: the first match of <c>\\boxed{([^}]*)}</c>, letter by letter.
    /// </summary>
    /// <param name="text">The answer.</param>
    /// <param name="labels">The labels that there are.</param>
    /// <returns>One of the labels, or null.</returns>
    public static string? ParseStrict(string text, IReadOnlyList<string> labels)
    {
        const string open = Box + "{";
        var start = text.IndexOf(open, StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf('}', start);
        return end < 0 ? null : labels.FirstOrDefault(label => text.AsSpan(start + open.Length, end - start - open.Length).Equals(label, StringComparison.Ordinal));
    }

    // The content of the box that is closed last. One pass, however many boxes are left open.
    private static string? LastBox(string text)
    {
        Range? content = null;
        var open = new Stack<int>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '{' or '}')
            {
                i++; // A brace that is text.
            }
            else if (text[i] == '{')
            {
                open.Push(i);
            }
            else if (text[i] == '}' && open.TryPop(out var start) && IsBox(text.AsSpan(0, start)) && !text.AsSpan(start + 1, i - start - 1).IsWhiteSpace())
            {
                content = (start + 1)..i;
            }
        }

        return content is { } range ? text[range] : null;
    }

    private static bool IsBox(ReadOnlySpan<char> before) => before.TrimEnd().EndsWith(Box, StringComparison.Ordinal);

    private static string? LastLine(string text)
    {
        string? content = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var rest = line.TrimStart(LineDecoration);
            if (!rest.StartsWith(Line, StringComparison.OrdinalIgnoreCase)) continue;
            rest = rest[Line.Length..].TrimStart(LineDecoration);
            if (rest.StartsWith(':') && !rest[1..].IsWhiteSpace()) content = rest[1..].ToString();
        }

        return content;
    }

    private static string? Match(ReadOnlySpan<char> text, IReadOnlyList<string> labels)
    {
        while (true)
        {
            text = text.Trim();
            foreach (var label in labels)
            {
                if (text.Equals(label, StringComparison.OrdinalIgnoreCase)) return label;
            }

            // One layer at a time, because a label may end with punctuation itself.
            var inner = Unwrap(text);
            if (inner.Length == text.Length) inner = Peel(text);
            if (inner.Length == text.Length) return null;
            text = inner;
        }
    }

    private static ReadOnlySpan<char> Peel(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && LabelDecoration.Contains(text[0])) text = text[1..];
        return text.Length > 0 && LabelDecoration.Contains(text[^1]) ? text[..^1] : text;
    }

    // {label} and \command{label} to label; anything else stays.
    private static ReadOnlySpan<char> Unwrap(ReadOnlySpan<char> text)
    {
        if (!text.EndsWith('}')) return text;
        var rest = text;
        if (rest.StartsWith('\\'))
        {
            rest = rest[1..];
            while (char.IsAsciiLetter(rest[0])) rest = rest[1..];
            rest = rest.TrimStart();
        }

        return rest.StartsWith('{') ? rest[1..^1] : text;
    }
}
