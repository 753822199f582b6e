using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Dates in the format language of <c>strftime</c>, in English.</summary>
internal static class TimeFormat
{
    public static string Format(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || ++i == format.Length)
            {
                text.Append(format[Math.Min(i, format.Length - 1)]);
                continue;
            }
            // %-d and the like leave out leading zeros.
            var plain = format[i] == '-' && i + 1 < format.Length;
            var field = Field(time, format[plain ? ++i : i]);
            text.Append(plain ? field.TrimStart('0') is { Length: > 0 } rest ? rest : "0" : field);
        }
        return text.ToString();
    }

    private static string Field(DateTimeOffset time, char code) => code switch
    {
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        '%' => "%",
        _ => time.ToString(Custom(code), CultureInfo.InvariantCulture),
    };

    private static string Custom(char code) => code switch
    {
        'd' => "dd",
        'm' => "MM",
        'b' or 'h' => "MMM",
        'B' => "MMMM",
        'y' => "yy",
        'Y' => "yyyy",
        'a' => "ddd",
        'A' => "dddd",
        'H' => "HH",
        'I' => "hh",
        'M' => "mm",
        'S' => "ss",
        'p' => "tt",
        'F' => "yyyy-MM-dd",
        'T' => "HH:mm:ss",
        _ => throw new ChatTemplateException($"The date format '%{code}' is not supported."),
    };
}
