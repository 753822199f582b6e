namespace Transformer2.Tokenization.Jinja;

/// <summary>Python's meaning of operators on the values of a template, other than arithmetic and order.</summary>
internal static class Operators
{
    /// <summary>Most items of a list.</summary>
    public const int MaxItems = 1 << 20;

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        Text t => t.Length > 0,
        IReadOnlyList<object?> list => list.Count > 0,
        Map map => map is Namespace || map.Count > 0,
        Range range => range.Count > 0,
        MapView view => view.Source.Count > 0,
        _ => true,
    };

    public static int AsIndex(object? value) => Numbers.Whole(value) is { } n
        ? (int)(n > int.MaxValue ? int.MaxValue : n < int.MinValue ? int.MinValue : n)
        : throw new ChatTemplateException($"{Kind(value)} is not a whole number.");

    public static bool Contains(object? container, object? item) => (container, item) switch
    {
        (Text text, Text part) => Strings.Contains(text, part),
        (Map map, _) => map.ContainsKey(Map.Key(item)),
        (MapView { Name: "keys" } view, _) => view.Source.ContainsKey(Map.Key(item)),
        (Text, _) => throw new ChatTemplateException($"'in <string>' needs a string, not {Kind(item)}."),
        _ => Items(container).Any(i => Comparison.AreEqual(i, item)),
    };

    /// <summary>What a <c>for</c> goes through: items, keys, or characters.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        IReadOnlyList<object?> list => list,
        Map map => [.. Counted(map.Keys, map.Count).Select(k => ReferenceEquals(k, Map.NoneKey) ? null : k)],
        Text text => [.. Counted(CodePoints.Split(text), CodePoints.Count(text))],
        Undefined => [],
        Range range => range.Items,
        MapView view => view.Items,
        _ => throw new ChatTemplateException($"{Kind(value)} cannot be iterated."),
    };

    /// <summary>The same items in a list of their own.</summary>
    public static List<object?> Copy(IReadOnlyList<object?> items)
    {
        Work.Items(items.Count);
        return [.. items];
    }

    public static object? Add(object? a, object? b) => (a, b) switch
    {
        (Text x, Text y) when x.IsMarkup || y.IsMarkup => Text.Concat([MarkupFilters.Escape(x), MarkupFilters.Escape(y)]).AsMarkup(),
        (Text x, Text y) => Text.Concat([x, y]),
        (Tuple x, Tuple y) => new Tuple(Counted(x.Concat(y), (long)x.Count + y.Count)),
        (Tuple, List<object?>) or (List<object?>, Tuple) => throw new ChatTemplateException("A list and a tuple cannot be joined."),
        (IReadOnlyList<object?> x, IReadOnlyList<object?> y) => Counted(x.Concat(y), (long)x.Count + y.Count).ToList(),
        _ => Numbers.Arithmetic("+", a, b),
    };

    public static object? Multiply(object? a, object? b) => (a, b) switch
    {
        (Text or IReadOnlyList<object?>, _) when Numbers.Whole(b) is not null => Repeat(a, AsIndex(b)),
        (_, Text or IReadOnlyList<object?>) when Numbers.Whole(a) is not null => Repeat(b, AsIndex(a)),
        _ => Numbers.Arithmetic("*", a, b),
    };

    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined u => $"'{u.Name}', which is undefined,",
        bool => "a boolean",
        long or System.Numerics.BigInteger => "a whole number",
        double => "a number",
        Text => "a string",
        Map => "a dictionary",
        IReadOnlyList<object?> => "a list",
        Range => "a range",
        MapView view => $"what {view.Name}() gives",
        _ => "a function",
    };

    private static object Repeat(object? value, int times)
    {
        if (value is Text text)
            return text.IsMarkup ? text.Repeat(times).AsMarkup() : text.Repeat(times);
        var list = (IReadOnlyList<object?>)value!;
        var items = Counted(Enumerable.Repeat(list, list.Count == 0 ? 0 : Math.Max(times, 0)).SelectMany(all => all), (long)list.Count * times);
        return list is Tuple ? new Tuple(items) : items.ToList();
    }

    private static IEnumerable<T> Counted<T>(IEnumerable<T> items, long count)
    {
        Work.Items(count);
        return items;
    }
}
