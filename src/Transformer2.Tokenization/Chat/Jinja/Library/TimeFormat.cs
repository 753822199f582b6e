using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Dates in the format language of <c>strftime</c>, in English and, as those of <c>datetime.now()</c>, without time zone.</summary>
internal static class TimeFormat
{
    public static string Format(DateTimeOffset time, string format)
    {
        Work.Spend(16L * format.Length);
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || ++i == format.Length)
            {
                text.Append(format[Math.Min(i, format.Length - 1)]);
                continue;
            }
            // %-d and the like leave out what fills up, or write it otherwise.
            var flag = format[i] is '-' or '_' or '0' or '^' && i + 1 < format.Length ? format[i++] : ' ';
            text.Append(Filled(Field(time, format[i]), flag));
        }
        return text.ToString();
    }

    private static string Filled(string field, char flag) => flag switch
    {
        '-' => Bare(field),
        '_' => Bare(field).PadLeft(field.Length),
        '0' => field.Replace(' ', '0'),
        '^' => field.ToUpperInvariant(),
        _ => field,
    };

    private static string Bare(string field) => field.TrimStart('0', ' ') is { Length: > 0 } rest ? rest : "0";

    private static string Field(DateTimeOffset time, char code) => code switch
    {
        'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
        'x' or 'D' => Format(time, "%m/%d/%y"),
        'r' => Format(time, "%I:%M:%S %p"),
        'R' => Format(time, "%H:%M"),
        'C' => Digits(time.Year / 100, 2),
        'e' => Digits(time.Day, 2, ' '),
        'g' => Digits(ISOWeek.GetYear(time.DateTime) % 100, 2),
        'G' => Digits(ISOWeek.GetYear(time.DateTime), 4),
        'j' => Digits(time.DayOfYear, 3),
        'k' => Digits(time.Hour, 2, ' '),
        'l' => Digits((time.Hour + 11) % 12 + 1, 2, ' '),
        'P' => Field(time, 'p').ToLowerInvariant(),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'u' => Digits(((int)time.DayOfWeek + 6) % 7 + 1, 1),
        'U' => Digits((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
        'V' => Digits(ISOWeek.GetWeekOfYear(time.DateTime), 2),
        'w' => Digits((int)time.DayOfWeek, 1),
        'W' => Digits((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2),
        'n' => "\n",
        't' => "\t",
        'z' or 'Z' => "",
        '%' => "%",
        _ => time.ToString(Custom(code), CultureInfo.InvariantCulture),
    };

    private static string Digits(int number, int width, char fill = '0') => number.ToString(CultureInfo.InvariantCulture).PadLeft(width, fill);

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
        'f' => "ffffff",
        'H' => "HH",
        'I' => "hh",
        'M' => "mm",
        'S' => "ss",
        'p' => "tt",
        'F' => "yyyy-MM-dd",
        'T' or 'X' => "HH:mm:ss",
        _ => throw new ChatTemplateException($"The date format '%{code}' is not supported."),
    };
}
