using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Transformer2.Tokenization.Jinja;

/// <summary><c>'%s is %05.1f' % values</c>: Python's formatting in the manner of C.</summary>
internal sealed partial class PercentFormat
{
    private readonly object? _value;
    private readonly Tuple _items;
    private int _taken;

    private PercentFormat(object? value)
    {
        _value = value;
        _items = value as Tuple ?? new Tuple([value]);
    }

    /// <param name="format">Holds fields that start with a percent sign.</param>
    /// <param name="value">A tuple with a value for each field, a dictionary for fields by name, or the only value.</param>
    public static Text Write(Text format, object? value)
    {
        var values = new PercentFormat(value);
        var parts = new List<Text>();
        var at = 0;
        while (format.Value.IndexOf('%', at) is >= 0 and var start)
        {
            parts.Add(format.Slice(at, start - at));
            var field = Pattern().Match(format.Value, start);
            if (!field.Success)
                throw new ChatTemplateException($"The format '{format.Slice(start, Math.Min(12, format.Length - start)).Value}' is not supported.");
            parts.Add(field.Groups["type"].Value == "%" ? format.Slice(start, 1) : values.Field(field));
            at = start + field.Length;
        }
        parts.Add(format.Slice(at, format.Length - at));
        return values._taken < values._items.Count && value is not (Map or List<object?> and not Tuple)
            ? throw new ChatTemplateException("A format has fewer fields than there are values.")
            : Text.Concat(parts);
    }

    private Text Field(Match field)
    {
        var named = field.Groups["name"];
        object? value = null;
        if (named.Success)
        {
            var map = _value as Map ?? throw new ChatTemplateException($"The format '%({named.Value})' needs a dictionary.");
            value = map.TryGetValue(Text.Of(named.Value), out var entry)
                ? entry
                : throw new ChatTemplateException($"The format's dictionary has no '{named.Value}'.");
        }
        var flags = field.Groups["flags"].Value;
        var width = Size(field.Groups["width"]) ?? 0;
        var precision = Size(field.Groups["precision"]);
        if (field.Groups["point"].Success)
            precision = Math.Max(precision ?? 0, 0);
        var spec = new FormatSpec
        {
            Align = flags.Contains('-', StringComparison.Ordinal) || width < 0 ? '<' : null,
            Sign = flags.Contains('+', StringComparison.Ordinal) ? '+' : flags.Contains(' ', StringComparison.Ordinal) ? ' ' : '-',
            IsAlternate = flags.Contains('#', StringComparison.Ordinal),
            Width = Math.Abs(width),
            Precision = precision,
        };
        return Write(field.Groups["type"].Value[0], named.Success ? value : Next(), spec, flags.Contains('0', StringComparison.Ordinal));
    }

    private static Text Write(char type, object? value, FormatSpec spec, bool withZeros)
    {
        var filled = withZeros && spec.Align is null ? spec with { Align = '=', Fill = Text.Of("0") } : spec;
        return type switch
        {
            's' => Cut(PythonText.Of(value)),
            'r' => Cut(PythonText.Repr(value)),
            'a' => Cut(PythonText.Ascii(value)),
            'c' when value is Text text && CodePoints.Count(text) == 1 => spec.Pad(text, '>'),
            'c' when Numbers.Whole(value) is { } code => spec.Pad(NumberFormat.Character(code), '>'),
            'd' or 'i' or 'u' => Digits(value is double fraction ? Whole(fraction) : value, 'd'),
            'o' or 'x' or 'X' => Digits(value, type),
            'e' or 'E' or 'f' or 'F' or 'g' or 'G' when Numbers.Number(value) is { } number => NumberFormat.Of(number, filled with { Type = type }),
            _ => throw new ChatTemplateException($"{Operators.Kind(value)} does not go with the format '%{type}'."),
        };

        Text Cut(Text text) => spec.Pad(CodePoints.Start(text, spec.Precision), '>');

        Text Digits(object? candidate, char digits)
        {
            var integer = Numbers.Whole(candidate) ?? throw new ChatTemplateException($"{Operators.Kind(value)} does not go with the format '%{type}'.");
            if (spec.Precision is not { } least)
                return NumberFormat.Of(integer, filled with { Type = digits });
            // A precision is the least number of digits.
            var width = Math.Max(least + Lead(integer, digits), filled.Align == '=' ? spec.Width : 0);
            return spec.Pad(
                NumberFormat.Of(integer, spec with { Precision = null, Type = digits, Align = '=', Fill = Text.Of("0"), Width = width }), '>');
        }

        int Lead(BigInteger integer, char digits) => (integer.Sign < 0 || spec.Sign != '-' ? 1 : 0) + (spec.IsAlternate && digits != 'd' ? 2 : 0);
    }

    private static object Whole(double number) => double.IsFinite(number)
        ? Numbers.Of(new BigInteger(number))
        : throw new ChatTemplateException("A number that is not finite does not go with the format '%d'.");

    /// <summary>Digits, or a star for the next value.</summary>
    private int? Size(Group group) => group.Value switch
    {
        "" => null,
        "*" => Operators.AsIndex(Next()) is > -FormatSpec.MaxWidth and var size ? FormatSpec.Checked(size) : FormatSpec.Checked(long.MaxValue),
        var digits => FormatSpec.Checked(long.TryParse(digits, CultureInfo.InvariantCulture, out var size) ? size : long.MaxValue),
    };

    private object? Next() => _taken < _items.Count
        ? _items[_taken++]
        : throw new ChatTemplateException("A format has more fields than there are values.");

    [GeneratedRegex(@"\G%(?:\((?<name>[^()]*)\))?(?<flags>[-+ #0]*)(?<width>\*|[0-9]+)?(?<point>\.(?<precision>\*|[0-9]+)?)?[hlL]?(?<type>[diouxXeEfFgGcrsa%])")]
    private static partial Regex Pattern();
}
