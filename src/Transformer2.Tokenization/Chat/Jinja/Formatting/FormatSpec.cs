using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary>How a value is laid out: Python's format specification, such as <c>*>+10,.2f</c>.</summary>
internal sealed partial record FormatSpec
{
    /// <summary>Widest field and most digits that a template may ask for.</summary>
    public const int MaxWidth = 1 << 20;

    public Text Fill { get; init; } = Text.Of(" ");

    /// <summary><c>&lt;</c>, <c>&gt;</c>, <c>^</c>, <c>=</c> for padding behind the sign, or none for what the value has by default.</summary>
    public char? Align { get; init; }

    public char Sign { get; init; } = '-';

    public bool IsAlternate { get; init; }

    public int Width { get; init; }

    public char? Grouping { get; init; }

    public int? Precision { get; init; }

    public char? Type { get; init; }

    public static FormatSpec Parse(Text text)
    {
        var match = Pattern().Match(text.Value);
        if (!match.Success)
            throw new ChatTemplateException($"The format '{text.Value}' is not supported.");
        var hasFill = match.Groups["fill"].Success;
        var zero = match.Groups["zero"].Success;
        return new FormatSpec
        {
            Fill = Text.Of(hasFill ? match.Groups["fill"].Value : zero ? "0" : " ", text.AnyFromUser),
            Align = Character("align") ?? (zero ? '=' : null),
            Sign = Character("sign") ?? '-',
            IsAlternate = match.Groups["alternate"].Success,
            Width = Size(match.Groups["width"]) ?? 0,
            Grouping = Character("grouping"),
            Precision = Size(match.Groups["precision"]),
            Type = Character("type"),
        };

        char? Character(string name) => match.Groups[name].Value is [var c] ? c : null;
    }

    /// <summary>A width or precision within the bounds.</summary>
    public static int Checked(long size) => size <= MaxWidth
        ? (int)size
        : throw new ChatTemplateException($"A format of the chat template is wider than {MaxWidth}.");

    /// <summary>Fills a text up to the width, and tells of it in code points.</summary>
    public Text Pad(Text text, char defaultAlign)
    {
        var missing = Width - CodePoints.Count(text);
        if (missing <= 0)
            return text;
        var before = (Align ?? defaultAlign) switch
        {
            '<' => 0,
            '^' => missing / 2,
            _ => missing,
        };
        return Text.Concat([.. Enumerable.Repeat(Fill, before), text, .. Enumerable.Repeat(Fill, missing - before)]);
    }

    private static int? Size(Group group) => !group.Success ? null
        : Checked(long.TryParse(group.Value, CultureInfo.InvariantCulture, out var size) ? size : long.MaxValue);

    [GeneratedRegex(
        @"^(?:(?<fill>[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\uD800-\uDFFF])?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alternate>\#)?(?(fill)|(?<zero>0)?)"
        + @"(?<width>[0-9]+)?(?<grouping>[,_])?(?:\.(?<precision>[0-9]+))?(?<type>[bcdeEfFgGnosxX%])?\z",
        RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
