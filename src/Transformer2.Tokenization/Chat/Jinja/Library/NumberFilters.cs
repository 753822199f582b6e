using System.Globalization;

namespace Transformer2.Tokenization.Jinja;

/// <summary>The filters that make numbers, or are about them.</summary>
internal static class NumberFilters
{
    private static readonly string[] Prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"];

    public static void AddTo(Dictionary<string, Filter> filters)
    {
        filters["abs"] = (v, _, _) => Operators.Compare(v, 0L) < 0 ? Operators.Arithmetic("-", 0L, v) : v;
        filters["filesizeformat"] = (v, a, _) => FileSize(Float(v) ?? throw NotANumber(v), a.GetFlag(0, "binary"));
        filters["float"] = (v, a, _) => Float(v) ?? a.Get(0, "default", 0.0);
        filters["int"] = (v, a, _) => (a.GetInteger(1, "base", 10), a.Get(0, "default", 0L)) is var (radix, otherwise)
            ? Integer(v, radix) ?? otherwise
            : null;
        filters["round"] = Round;
    }

    private static double? Float(object? value) => value is not Text text ? Operators.Number(value) : text.Value.Trim().ToUpperInvariant() switch
    {
        "INF" or "+INF" => double.PositiveInfinity,
        "-INF" => double.NegativeInfinity,
        var digits => double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
    };

    private static object? Integer(object? value, int radix)
    {
        var integer = value is Text text ? WholeNumber.Parse(text.Value, radix) : Operators.Integer(value);
        return integer ?? (Float(value) is { } number and > long.MinValue and < long.MaxValue ? (long)number : null);
    }

    private static object Round(object? value, Arguments arguments, RenderContext context)
    {
        var precision = arguments.GetInteger(0, "precision", 0);
        var method = (arguments.Get(1, "method", Text.Of("common")) as Text)?.Value;
        if (method == "common" && Operators.Integer(value) is { } whole)
            return precision >= 0 ? whole : Round(whole, precision);
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
    private static long Round(long value, int precision)
    {
        if (precision < -19)
            return 0;
        var unit = (decimal)Math.Pow(10, -precision);
        return decimal.Round(value / unit, MidpointRounding.ToEven) * unit is >= long.MinValue and <= long.MaxValue and var rounded
            ? (long)rounded
            : throw new ChatTemplateException("A whole number of the chat template is too large.");
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
