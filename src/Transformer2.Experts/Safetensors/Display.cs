using System.Text;

namespace Transformer2.Experts;

/// <summary>Makes text from a file fit for a message: short and without control characters.</summary>
internal static class Display
{
    private const int MaxLength = 80;

    /// <summary>The start of the text, with what is not printable replaced.</summary>
    public static string Clip(string text)
    {
        var shown = new StringBuilder(MaxLength + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxLength)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(IsPrintable(rune) ? rune.ToString() : "\ufffd");
        }

        return shown.ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (System.Globalization.UnicodeCategory.Control
        or System.Globalization.UnicodeCategory.Format
        or System.Globalization.UnicodeCategory.Surrogate
        or System.Globalization.UnicodeCategory.LineSeparator
        or System.Globalization.UnicodeCategory.ParagraphSeparator);
}
