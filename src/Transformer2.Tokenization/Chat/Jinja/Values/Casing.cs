using System.Buffers;
using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Upper, lower and title case as Python's strings have them: a character may become several.</summary>
internal static class Casing
{
    private delegate string? Mapping(Rune rune, int at);

    public static Text Upper(Text text) => Ascii.IsValid(text.Value)
        ? text.Rewrite(text.Value.ToUpperInvariant())
        : Map(text, (rune, _) => Upper(rune));

    public static Text Lower(Text text) => Ascii.IsValid(text.Value)
        ? text.Rewrite(text.Value.ToLowerInvariant())
        : Map(text, (rune, at) => Lower(rune, text.Value, at));

    /// <summary>Lower case for comparing without case.</summary>
    public static Text Fold(Text text) => Map(text, (rune, _) => Fold(rune));

    public static Text Swap(Text text) => Map(text, (rune, at) => IsUpper(rune) ? Lower(rune, text.Value, at)
        : IsLower(rune) ? Upper(rune)
        : null);

    /// <summary>Title case at the start and after characters that say so, lower case elsewhere.</summary>
    public static Text Title(Text text, Func<Rune, bool> startsWordAfter) => Words(text, startsWordAfter, Title);

    /// <summary>The same with upper case, which is another for a few characters, in the place of title case.</summary>
    public static Text Words(Text text, Func<Rune, bool> startsWordAfter) => Words(text, startsWordAfter, Upper);

    private static Text Words(Text text, Func<Rune, bool> startsWordAfter, Func<Rune, string> first)
    {
        var starts = true;
        return Map(text, (rune, at) =>
        {
            var mapped = starts ? first(rune) : Lower(rune, text.Value, at);
            starts = startsWordAfter(rune);
            return mapped;
        });
    }

    public static bool IsCased(Rune rune) => IsUpper(rune) || IsLower(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    public static bool IsUpper(Rune rune) => Rune.IsUpper(rune);

    public static bool IsLower(Rune rune) => Rune.IsLower(rune) || rune.Value is 0xAA or 0xBA;

    /// <summary>The case a text is in: some of its characters have one, and all of them that.</summary>
    public static bool IsAll(string text, Func<Rune, bool> isThat)
    {
        Work.Spend(4L * text.Length);
        return text.EnumerateRunes().Any(isThat) && text.EnumerateRunes().All(rune => isThat(rune) || !IsCased(rune));
    }

    private static string Upper(Rune rune) =>
        CasingTable.Upper.TryGetValue(rune, out var special) ? special : Rune.ToUpperInvariant(rune).ToString();

    private static string Title(Rune rune) => CasingTable.Title.TryGetValue(rune, out var special) ? special
        // Georgian has upper case letters for headings in capitals only.
        : rune.Value is >= 0x10D0 and <= 0x10FF ? rune.ToString()
        : Upper(rune);

    private static string Lower(Rune rune, string text, int at) => rune.Value switch
    {
        'İ' => "i\u0307",
        'Σ' when EndsWord(text, at) => "ς",
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    private static string Fold(Rune rune) => rune.Value switch
    {
        'ẞ' => "ss",
        'ı' => "ı",
        // The upper case of Cherokee is the older one.
        (>= 0x13A0 and <= 0x13FD) or (>= 0xAB70 and <= 0xABBF) => Upper(rune),
        _ => string.Concat(Upper(rune).EnumerateRunes().Select(r => Lower(r, "", 0))),
    };

    /// <summary>Whether a letter comes before a position and none after it, other than accents and the like.</summary>
    private static bool EndsWord(string text, int at)
    {
        var before = at;
        Rune rune;
        do
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, before), out rune, out var width);
            before -= width;
        }
        while (before > 0 && IsIgnored(rune));
        return IsCased(rune) && !IsIgnored(rune) && !StartsWithLetter(text.AsSpan(at + 1));
    }

    private static bool StartsWithLetter(ReadOnlySpan<char> text)
    {
        while (Rune.DecodeFromUtf16(text, out var rune, out var width) == OperationStatus.Done)
        {
            if (!IsIgnored(rune))
                return IsCased(rune);
            text = text[width..];
        }
        return false;
    }

    private static bool IsIgnored(Rune rune) => rune.Value is '\'' or '.' or ':' or '·' or '’' || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
        or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static Text Map(Text text, Mapping mapping)
    {
        Work.Spend(TextRewriter.CharacterCost * text.Length);
        var rewriter = new TextRewriter(text);
        for (int at = 0, width; at < text.Length; at += width)
        {
            var isWhole = Rune.DecodeFromUtf16(text.Value.AsSpan(at), out var rune, out width) == OperationStatus.Done;
            if (isWhole && mapping(rune, at) is { } mapped)
                rewriter.Replace(width, mapped);
            else
                rewriter.Copy(width);
        }
        return rewriter.Build();
    }
}
