using System.Globalization;
using System.Numerics;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Numbers by a format specification, as Python's <c>format()</c> writes them.</summary>
internal static class NumberFormat
{
    public static Text Of(BigInteger value, FormatSpec spec)
    {
        if (spec.Type is 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%')
            return Of(Numbers.Number(Numbers.Of(value))!.Value, spec);
        if (spec.Precision is not null)
            throw new ChatTemplateException("A whole number is formatted without a precision.");
        if (spec.Type is 'c')
            return spec.Pad(Character(value), '<');
        Work.Spend(value.GetBitLength());
        var magnitude = BigInteger.Abs(value);
        var (prefix, digits) = spec.Type switch
        {
            null or 'd' or 'n' => ("", magnitude.ToString(CultureInfo.InvariantCulture)),
            'b' => ("0b", magnitude.ToString("B", CultureInfo.InvariantCulture).TrimStart('0')),
            'o' => ("0o", Octal(magnitude)),
            'x' => ("0x", magnitude.ToString("x", CultureInfo.InvariantCulture).TrimStart('0')),
            'X' => ("0X", magnitude.ToString("X", CultureInfo.InvariantCulture).TrimStart('0')),
            _ => throw Unsupported(spec, "a whole number"),
        };
        if (spec.Grouping == ',' && prefix.Length > 0)
            throw new ChatTemplateException("Only decimal digits are grouped by commas.");
        return Lay(value.Sign < 0, spec.IsAlternate ? prefix : "", digits.Length == 0 ? "0" : digits, prefix.Length > 0 ? 4 : 3, spec);
    }

    public static Text Of(double value, FormatSpec spec)
    {
        if (spec.Type is not (null or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%'))
            throw Unsupported(spec, "a number");
        var text = Unsigned(Math.Abs(value), spec);
        return Lay(double.IsNegative(value) && !double.IsNaN(value), "", spec.Type is 'E' or 'F' or 'G' ? text.ToUpperInvariant() : text, 3, spec);
    }

    /// <summary>The character with a number.</summary>
    public static Text Character(BigInteger code) => code >= 0 && code <= 0x10FFFF && Rune.IsValid((int)code)
        ? Text.Of(new Rune((int)code).ToString())
        : throw new ChatTemplateException($"{code} is not the number of a character.");

    public static string Octal(BigInteger magnitude)
    {
        var bits = magnitude.ToString("B", CultureInfo.InvariantCulture).TrimStart('0');
        bits = bits.PadLeft((bits.Length + 2) / 3 * 3, '0');
        return string.Concat(bits.Chunk(3).Select(three => (char)('0' + Convert.ToInt32(new string(three), 2))));
    }

    private static string Unsigned(double value, FormatSpec spec)
    {
        var percent = spec.Type == '%' ? "%" : "";
        if (percent.Length > 0)
            value *= 100;
        if (!double.IsFinite(value))
            return PythonText.Number(value) + percent;
        var precision = spec.Precision ?? 6;
        return spec.Type switch
        {
            null when spec.Precision is null => PythonText.Number(value),
            null => General(value, precision, spec.IsAlternate, withFraction: true),
            'g' or 'G' or 'n' => General(value, precision, spec.IsAlternate, withFraction: false),
            'e' or 'E' => Exponential(DecimalDigits.Leading(value, precision + 1), spec.IsAlternate),
            _ => DecimalDigits.Fixed(value, precision) + (precision == 0 && spec.IsAlternate ? "." : "") + percent,
        };
    }

    /// <summary>Plain, or with an exponent where that is shorter.</summary>
    private static string General(double value, int precision, bool isAlternate, bool withFraction)
    {
        precision = Math.Max(precision, 1);
        var (digits, exponent) = DecimalDigits.Leading(value, precision);
        if (!isAlternate)
            digits = digits.TrimEnd('0') is { Length: > 0 } rest ? rest : "0";
        if (exponent < -4 || exponent >= precision - (withFraction ? 1 : 0))
            return Exponential((digits, exponent), isAlternate);
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        digits = digits.PadRight(exponent + 1, '0');
        var fraction = digits[(exponent + 1)..];
        return digits[..(exponent + 1)] + (fraction.Length > 0 || isAlternate ? "." : withFraction ? ".0" : "") + fraction;
    }

    private static string Exponential((string Digits, int Exponent) number, bool isAlternate)
    {
        var (digits, exponent) = number;
        var point = digits.Length > 1 || isAlternate ? "." : "";
        return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{point}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    /// <summary>Puts sign, prefix and digits together, groups the digits and pads.</summary>
    private static Text Lay(bool isNegative, string prefix, string number, int groupSize, FormatSpec spec)
    {
        var lead = (isNegative ? "-" : spec.Sign == '-' ? "" : spec.Sign.ToString()) + prefix;
        var length = number.TakeWhile(char.IsAsciiHexDigit).Count();
        var rest = number[length..];
        var zeros = spec.Align == '=' && spec.Fill.Value == "0" ? Math.Max(spec.Width - lead.Length - rest.Length, 0) : 0;
        var body = Grouped(number[..length], spec.Grouping, groupSize, zeros) + rest;
        if (spec.Align == '=')
            return Text.Concat([Text.Of(lead), (spec with { Width = Math.Max(spec.Width - lead.Length, 0) }).Pad(Text.Of(body), '>')]);
        return spec.Pad(Text.Of(lead + body), '>');
    }

    private static string Grouped(string digits, char? separator, int size, int width)
    {
        if (separator is not { } mark)
            return digits.PadLeft(width, '0');
        var count = digits.Length;
        while (count + ((count - 1) / size) < width)
            count++;
        digits = digits.PadLeft(count, '0');
        var first = count % size == 0 ? size : count % size;
        return string.Join(mark, digits.Chunk(size, first));
    }

    private static IEnumerable<string> Chunk(this string digits, int size, int first)
    {
        yield return digits[..Math.Min(first, digits.Length)];
        for (var at = first; at < digits.Length; at += size)
            yield return digits.Substring(at, size);
    }

    private static ChatTemplateException Unsupported(FormatSpec spec, string kind) =>
        new($"The format '{spec.Type}' is not one of {kind}.");
}
