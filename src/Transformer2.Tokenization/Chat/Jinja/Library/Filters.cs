namespace Transformer2.Tokenization.Jinja;

/// <summary>A function behind <c>|</c>.</summary>
internal delegate object? Filter(object? value, Arguments arguments, RenderContext context);

/// <summary>The filters, by name.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> All = new(StringComparer.Ordinal)
    {
        ["attr"] = (v, a, _) => Members.Attribute(v, a.RequireText(0, "name").Value),
        ["count"] = (v, _, _) => Length(v),
        ["d"] = Default,
        ["default"] = Default,
        ["items"] = (v, _, _) => v is Undefined ? new List<object?>() : MapMethods.Items(v as Map
            ?? throw new ChatTemplateException($"{Operators.Kind(v)} has no items.")),
        ["length"] = (v, _, _) => Length(v),
        ["list"] = (v, _, _) => Operators.Copy(Operators.Items(v)),
        ["tojson"] = ToJson,
    };

    static Filters()
    {
        ListFilters.AddTo(All);
        MarkupFilters.AddTo(All);
        NumberFilters.AddTo(All);
        TextFilters.AddTo(All);
    }

    public static bool Exists(string name) => All.ContainsKey(name);

    public static object? Apply(string name, object? value, Arguments arguments, RenderContext context)
    {
        if (!All.TryGetValue(name, out var filter))
            throw new ChatTemplateException($"The filter '{name}' is not supported.");
        Work.Enter();
        var result = filter(value, arguments, context);
        arguments.EnsureAllTaken(name);
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
        Range range => range.Count,
        MapView view => view.Source.Count,
        Undefined => 0,
        _ => throw new ChatTemplateException($"{Operators.Kind(value)} has no length."),
    };

    private static Text ToJson(object? value, Arguments arguments, RenderContext context)
    {
        var asciiOnly = arguments.GetFlag(0, "ensure_ascii");
        var indent = arguments.Get(1, "indent") switch
        {
            null => null,
            Text text => text.Value,
            var width => new string(' ', Math.Clamp(Operators.AsIndex(width), 0, 64)),
        };
        var (item, key) = arguments.Get(2, "separators") switch
        {
            null => (indent is null ? ", " : ",", ": "),
            var pair when Operators.Items(pair) is [Text first, Text second] => (first.Value, second.Value),
            _ => throw new ChatTemplateException("The separators of tojson are not two strings."),
        };
        return new JsonText(asciiOnly, indent, item, key, arguments.GetFlag(3, "sort_keys")).Write(value);
    }
}
