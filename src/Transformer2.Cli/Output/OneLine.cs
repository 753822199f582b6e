using System.Globalization;
using System.Text;

namespace Transformer2.Cli;

/// <summary>Messages in one line: they quote files, which may hold anything.</summary>
internal static class OneLine
{
    private const int MaxLength = 2000;

    /// <summary>The text with characters that end or move a line escaped, and no longer than a reader would read.</summary>
    public static string Of(string text)
    {
        var line = new StringBuilder();
        foreach (var c in text)
        {
            if (line.Length >= MaxLength)
            {
                return line.Append('…').ToString();
            }

            _ = c switch
            {
                '\n' => line.Append(@"\n"),
                '\r' => line.Append(@"\r"),
                '\t' => line.Append(@"\t"),
                _ when char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format => line.Append(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }
}
