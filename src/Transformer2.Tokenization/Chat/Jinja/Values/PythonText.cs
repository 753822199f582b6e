using System.Globalization;
using System.Text;

namespace Transformer2.Tokenization.Jinja;

/// <summary>Values as Python prints them.</summary>
internal static class PythonText
{
    /// <summary>How deeply lists and dictionaries may be nested.</summary>
    public const int MaxDepth = 64;

    /// <summary>As <c>str()</c>.</summary>
    public static Text Of(object? value) => value switch
    {
        Text text => text,
        Undefined => Text.Empty,
        Map or IReadOnlyList<object?> or MapView => Repr(value),
        _ => Text.Of(Repr(value, 0)),
    };

    /// <summary>Whether any text within a value is from the caller.</summary>
    public static bool AnyFromUser(object? value, int depth = 0) => value switch
    {
        Text text => text.AnyFromUser,
        _ when depth > MaxDepth => throw TooDeep(),
        Map map => map.Any(e => AnyFromUser(e.Key, depth + 1) || AnyFromUser(e.Value, depth + 1)),
        IReadOnlyList<object?> list => list.Any(i => AnyFromUser(i, depth + 1)),
        MapView view => AnyFromUser(view.Source, depth),
        _ => false,
    };

    /// <summary>As <c>repr()</c>.</summary>
    public static Text Repr(object? value)
    {
        // Checked first, as it bounds the depth.
        var isFromUser = AnyFromUser(value);
        return Text.Of(Repr(value, 0), isFromUser);
    }

    /// <summary>As <c>ascii()</c>: what is not ASCII is escaped.</summary>
    public static Text Ascii(object? value)
    {
        var text = Repr(value);
        var escaped = new StringBuilder();
        foreach (var rune in text.Value.EnumerateRunes())
            _ = rune.IsAscii ? escaped.Append(rune) : Escape(rune, escaped);
        return Text.Of(escaped.ToString(), text.AnyFromUser);
    }

    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var digits = value.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(digits[(digits.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (value == 0 || exponent is >= -4 and < 16)
        {
            var plain = shortest.Contains('E', StringComparison.Ordinal)
                ? ((decimal)value).ToString(CultureInfo.InvariantCulture)
                : shortest;
            return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
        }
        var mantissa = shortest.Split('E')[0];
        if (!shortest.Contains('E', StringComparison.Ordinal))
            mantissa = (value / Math.Pow(10, exponent)).ToString("R", CultureInfo.InvariantCulture);
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    public static ChatTemplateException TooDeep() => new("A value of the chat template is nested too deeply.");

    private static string Repr(object? value, int depth) => value switch
    {
        null => "None",
        bool b => b ? "True" : "False",
        long n => n.ToString(CultureInfo.InvariantCulture),
        double d => Number(d),
        Text text => Quoted(text.Value),
        Undefined => "Undefined",
        _ when depth > MaxDepth => throw TooDeep(),
        Namespace @namespace => $"<Namespace {Braces(@namespace, depth)}>",
        Map map => Braces(map, depth),
        MapView { Name: var name } view => $"dict_{name}({Repr(view.Items, depth)})",
        Range range => $"range({range.Start}, {range.Stop}{(range.Step == 1 ? "" : $", {range.Step}")})",
        Tuple tuple => "(" + string.Join(", ", tuple.Select(i => Repr(i, depth + 1))) + (tuple.Count == 1 ? ",)" : ")"),
        IReadOnlyList<object?> list => "[" + string.Join(", ", list.Select(i => Repr(i, depth + 1))) + "]",
        Callable callable => callable.Description,
        LoopState loop => $"<LoopContext {loop.Index + 1}/{loop.Items.Count}>",
        _ => "<object>",
    };

    private static string Braces(Map map, int depth) =>
        "{" + string.Join(", ", map.Select(e => $"{Repr(Unwrap(e.Key), depth + 1)}: {Repr(e.Value, depth + 1)}")) + "}";

    private static object? Unwrap(object key) => ReferenceEquals(key, Map.NoneKey) ? null : key;

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                var c when c == quote => quoted.Append('\\').Append(quote),
                _ when IsPrintable(rune) => quoted.Append(rune),
                _ => Escape(rune, quoted),
            };
        }
        return quoted.Append(quote).ToString();
    }

    private static StringBuilder Escape(Rune rune, StringBuilder text) => rune.Value switch
    {
        <= 0xFF => text.Append(CultureInfo.InvariantCulture, $@"\x{rune.Value:x2}"),
        <= 0xFFFF => text.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
        _ => text.Append(CultureInfo.InvariantCulture, $@"\U{rune.Value:x8}"),
    };

    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
