using System.Globalization;
using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>The filters that make numbers, or are about them.</summary>
internal static class NumberFilters
{
    private static readonly string[] Prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];

    public static void AddTo(Dictionary<string, Filter> filters)
    {
        filters["abs"] = (v, _, _) => v is double d ? Math.Abs(d) : Comparison.Compare(v, 0L) < 0 ? Numbers.Negate(v) : Numbers.Arithmetic("+", 0L, v);
        filters["filesizeformat"] = (v, a, _) => FileSize(Float(v) ?? throw NotANumber(v), a.GetFlag(0, "binary"));
        filters["float"] = (v, a, _) => Float(v) ?? a.Get(0, "default", 0.0);
        filters["int"] = (v, a, _) => (a.GetInteger(1, "base", 10), a.Get(0, "default", 0L)) is var (radix, otherwise)
            ? Integer(v, radix) ?? otherwise
            : null;
        filters["round"] = Round;
    }

    private static double? Float(object? value)
    {
        if (value is Undefined undefined)
            throw new ChatTemplateException($"'{undefined.Name}' is undefined.");
        if (value is not Text text)
            return Numbers.Number(value);
        Work.Spend(text.Length);
        return text.Value.Trim().ToUpperInvariant() switch
        {
            "INF" or "+INF" or "INFINITY" or "+INFINITY" => double.PositiveInfinity,
            "-INF" or "-INFINITY" => double.NegativeInfinity,
            var digits => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
    }

    private static object? Integer(object? value, int radix)
    {
        if (value is Text text && WholeNumber.Parse(text.Value, radix) is { } parsed)
            return parsed;
        return Numbers.Whole(value) is { } whole ? Numbers.Of(whole)
            : Float(value) is { } number && double.IsFinite(number) ? Numbers.Of(new BigInteger(number))
            : null;
    }

    private static object Round(object? value, Arguments arguments, RenderContext context)
    {
        var precision = arguments.GetInteger(0, "precision", 0);
        var method = (arguments.Get(1, "method", Text.Of("common")) as Text)?.Value;
        if (method == "common" && Numbers.Whole(value) is { } whole)
            return precision >= 0 ? Numbers.Of(whole) : Round(whole, precision);
        var number = Float(value) ?? throw NotANumber(value);
        var scale = Math.Pow(10, precision);
        return method switch
        {
            "common" => DecimalDigits.Round(number, precision),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new ChatTemplateException("A number is rounded by 'common', 'ceil' or 'floor'."),
        };
    }

    /// <summary>To tens, hundreds and so on; of two equally near ones the even.</summary>
    private static object Round(BigInteger value, int precision)
    {
        if (precision < -Numbers.MaxDigits)
            return 0L;
        var unit = BigInteger.Pow(10, -precision);
        Work.Spend(unit.GetBitLength());
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        var half = (2 * rest).CompareTo(unit);
        var rounded = (half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient) * unit;
        return Numbers.Of(value.Sign < 0 ? -rounded : rounded);
    }

    private static Text FileSize(double bytes, bool binary)
    {
        var unit = binary ? 1024.0 : 1000.0;
        if (bytes == 1)
            return Text.Of("1 Byte");
        if (bytes < unit)
            return Text.Of($"{DecimalDigits.Fixed(Math.Abs(Math.Truncate(bytes)), 0).Insert(0, bytes <= -1 ? "-" : "")} Bytes");
        var power = 1;
        while (power < Prefixes.Length && bytes >= Math.Pow(unit, power + 1))
            power++;
        var amount = NumberFormat.Of(unit * bytes / Math.Pow(unit, power + 1), new FormatSpec { Precision = 1, Type = 'f' });
        var prefix = Prefixes[power - 1];
        return Text.Of($"{amount} {(binary ? $"{prefix.ToUpperInvariant()}iB" : $"{prefix}B")}");
    }

    private static ChatTemplateException NotANumber(object? value) => new($"{Operators.Kind(value)} is not a number.");
}
