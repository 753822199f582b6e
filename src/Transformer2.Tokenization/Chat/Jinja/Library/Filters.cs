using System.Globalization;

namespace Transformer2.Tokenization.Jinja;

/// <summary>A function behind <c>|</c>.</summary>
internal delegate object? Filter(object? value, Arguments arguments, RenderContext context);

/// <summary>The filters that chat templates use, by name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["abs"] = (v, _, _) => Operators.Compare(v, 0L) < 0 ? Operators.Arithmetic("-", 0L, v) : v,
        ["attr"] = (v, a, _) => a.RequireText(0, "name").Value is var name ? Members.Attribute(v, name) ?? new Undefined(name) : null,
        ["capitalize"] = (v, _, _) => Strings.Title(PythonText.Of(v), _ => false),
        ["count"] = (v, _, _) => Length(v),
        ["d"] = Default,
        ["default"] = Default,
        ["e"] = (v, _, _) => Escape(PythonText.Of(v)),
        ["escape"] = (v, _, _) => Escape(PythonText.Of(v)),
        ["float"] = (v, a, _) => ToFloat(v) ?? a.Get(0, "default", 0.0),
        ["indent"] = Indent,
        ["int"] = (v, a, _) => ToInteger(v) ?? a.Get(0, "default", 0L),
        ["items"] = (v, _, _) => v is Undefined ? new List<object?>() : MapMethods.Items(v as Map
            ?? throw new ChatTemplateException($"{Operators.Kind(v)} has no items.")),
        ["length"] = (v, _, _) => Length(v),
        ["list"] = (v, _, _) => Operators.Items(v).ToList(),
        ["lower"] = (v, _, _) => PythonText.Of(v) is var t ? t.Rewrite(t.Value.ToLowerInvariant()) : null,
        ["replace"] = (v, a, _) => Strings.Replace(
            PythonText.Of(v), PythonText.Of(a.Require(0, "old")), PythonText.Of(a.Require(1, "new")), a.GetInteger(2, "count", -1)),
        ["round"] = (v, a, _) => Round(v, a),
        ["safe"] = (v, _, _) => PythonText.Of(v),
        ["string"] = (v, _, _) => PythonText.Of(v),
        ["title"] = (v, _, _) => Strings.Title(PythonText.Of(v), c => Strings.IsSpace(c) || "-({[<".Contains(c, StringComparison.Ordinal)),
        ["tojson"] = ToJson,
        ["trim"] = (v, a, _) => Strings.Trim(PythonText.Of(v), a.Get(0, "chars") as Text),
        ["upper"] = (v, _, _) => PythonText.Of(v) is var t ? t.Rewrite(t.Value.ToUpperInvariant()) : null,
        ["wordcount"] = (v, _, _) => (long)Strings.Split(PythonText.Of(v), null, -1).Count,
    };

    static Filters() => ListFilters.AddTo(All);

    public static object? Apply(string name, object? value, Arguments arguments, RenderContext context)
    {
        if (!All.TryGetValue(name, out var filter))
            throw new ChatTemplateException($"The filter '{name}' is not supported.");
        var result = filter(value, arguments, context);
        arguments.EnsureAllTaken(name);
        context.Spend(result);
        return result;
    }

    private static object? Default(object? value, Arguments arguments, RenderContext context)
    {
        var otherwise = arguments.Get(0, "default_value", Text.Empty);
        return value is Undefined || (arguments.GetFlag(1, "boolean") && !Operators.IsTrue(value)) ? otherwise : value;
    }

    private static long Length(object? value) => value switch
    {
        Text text => CodePoints.Count(text),
        IReadOnlyList<object?> list => list.Count,
        Map map => map.Count,
        Undefined => 0,
        _ => throw new ChatTemplateException($"{Operators.Kind(value)} has no length."),
    };

    private static double? ToFloat(object? value) => value switch
    {
        Text text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => Operators.Number(value),
    };

    private static object? ToInteger(object? value) => value switch
    {
        Text text when long.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) => number,
        _ when Operators.Integer(value) is { } integer => integer,
        _ => ToFloat(value) is { } number and > long.MinValue and < long.MaxValue ? (long)number : null,
    };

    private static object Round(object? value, Arguments arguments)
    {
        var number = ToFloat(value) ?? throw new ChatTemplateException($"{Operators.Kind(value)} cannot be rounded.");
        var precision = arguments.GetInteger(0, "precision", 0);
        var scale = Math.Pow(10, precision);
        return (arguments.Get(1, "method", Text.Of("common")) as Text)?.Value switch
        {
            "common" when value is long && precision >= 0 => value,
            "common" => Nearest(number, precision),
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => throw new ChatTemplateException("A number is rounded by 'common', 'ceil' or 'floor'."),
        };
    }

    /// <summary>
    /// The nearest decimal to what the number is exactly, of two equally near ones the even: multiplied first, 2.675 would become 2.68.
    /// </summary>
    private static double Nearest(double number, int precision)
    {
        // A double has no more than 1074 digits after the point, and 16 matter; those of a tie are few.
        if (precision is < 0 or > 16 || Math.Abs(number) >= 1e16)
        {
            var scale = Math.Pow(10, precision);
            return precision > 16 || !double.IsFinite(number) ? number : Math.Round(number * scale, MidpointRounding.ToEven) / scale;
        }
        var exact = number.ToString("F1074", CultureInfo.InvariantCulture);
        var rest = exact.AsSpan(exact.IndexOf('.', StringComparison.Ordinal) + 1 + precision);
        if (rest[0] == '5' && rest[1..].IndexOfAnyExcept('0') < 0)
            return (double)decimal.Round(decimal.Parse(exact.AsSpan(0, exact.Length - rest.Length + 1), CultureInfo.InvariantCulture), precision);
        return double.Parse(number.ToString($"F{precision}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static Text Indent(object? value, Arguments arguments, RenderContext context)
    {
        var text = Text.Concat([PythonText.Of(value), Text.Of("\n")]);
        var width = arguments.Get(0, "width", 4L);
        var space = width as Text ?? Text.Of(new string(' ', Math.Clamp(Operators.AsIndex(width), 0, 1024)));
        var (first, blank) = (arguments.GetFlag(1, "first"), arguments.GetFlag(2, "blank"));
        var lines = Strings.Lines(text).Cast<Text>()
            .Select((line, i) => (i == 0 ? first : line.Length > 0 || blank) ? Text.Concat([space, line]) : line);
        return Text.Join(Text.Of("\n"), lines);
    }

    private static Text ToJson(object? value, Arguments arguments, RenderContext context)
    {
        if (Operators.IsTrue(arguments.Named("ensure_ascii")))
            throw new ChatTemplateException("tojson with ensure_ascii is not supported.");
        var indent = arguments.Get(0, "indent") switch
        {
            null => null,
            Text text => text.Value,
            var width => new string(' ', Math.Clamp(Operators.AsIndex(width), 0, 64)),
        };
        var (item, key) = arguments.Get(1, "separators") switch
        {
            null => (indent is null ? ", " : ",", ": "),
            var pair when Operators.Items(pair) is [Text first, Text second] => (first.Value, second.Value),
            _ => throw new ChatTemplateException("The separators of tojson are not two strings."),
        };
        return new JsonText(indent, item, key, arguments.GetFlag(2, "sort_keys")).Write(value);
    }

    private static Text Escape(Text text)
    {
        foreach (var (old, entity) in ((string, string)[])[("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;")])
            text = Strings.Replace(text, Text.Of(old), Text.Of(entity), -1);
        return text;
    }
}
