namespace Transformer2.Tokenization.Jinja;

/// <summary>Python's meaning of operators on the values of a template.</summary>
internal static class Operators
{
    /// <summary>Most items of a list that an operator or <c>range</c> makes.</summary>
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

    /// <summary>Booleans count as 0 and 1.</summary>
    public static double? Number(object? value) => value switch
    {
        bool b => b ? 1 : 0,
        long n => n,
        double d => d,
        _ => null,
    };

    public static long? Integer(object? value) => value switch
    {
        bool b => b ? 1 : 0,
        long n => n,
        _ => null,
    };

    public static int AsIndex(object? value) => Integer(value) is { } n
        ? (int)Math.Clamp(n, int.MinValue, int.MaxValue)
        : throw new ChatTemplateException($"{Kind(value)} is not a whole number.");

    public static bool AreEqual(object? a, object? b, int depth = 0) => (a, b) switch
    {
        (null, null) or (Undefined, Undefined) => true,
        (Text x, Text y) => x.Equals(y),
        (Namespace, _) or (_, Namespace) => ReferenceEquals(a, b),
        _ when depth > PythonText.MaxDepth => throw PythonText.TooDeep(),
        (IReadOnlyList<object?> x, IReadOnlyList<object?> y) =>
            x is Tuple == y is Tuple && x.Count == y.Count && x.Zip(y).All(p => AreEqual(p.First, p.Second, depth + 1)),
        (Map x, Map y) => x.Count == y.Count && x.All(e => y.TryGetValue(e.Key, out var other) && AreEqual(e.Value, other, depth + 1)),
        (MapView { Name: "keys" } x, MapView { Name: "keys" } y) => x.Source.Count == y.Source.Count && x.Source.Keys.All(y.Source.ContainsKey),
        (MapView { Name: "items" } x, MapView { Name: "items" } y) => AreEqual(x.Source, y.Source, depth),
        (Range x, Range y) => x.Equals(y),
        (long x, long y) => x == y,
        _ => Number(a) is { } m && Number(b) is { } n ? m == n : ReferenceEquals(a, b),
    };

    public static int Compare(object? a, object? b, int depth = 0)
    {
        switch (a, b)
        {
            case (Text x, Text y):
                return string.CompareOrdinal(x.Value, y.Value);
            case (long x, long y):
                return x.CompareTo(y);
            case (IReadOnlyList<object?>, IReadOnlyList<object?>) when depth > PythonText.MaxDepth:
                throw PythonText.TooDeep();
            case (IReadOnlyList<object?> x, IReadOnlyList<object?> y):
                var different = x.Zip(y).FirstOrDefault(p => !AreEqual(p.First, p.Second), (null, null));
                return different is (null, null) ? x.Count.CompareTo(y.Count) : Compare(different.First, different.Second, depth + 1);
            default:
                return Number(a) is { } m && Number(b) is { } n
                    ? m.CompareTo(n)
                    : throw new ChatTemplateException($"{Kind(a)} and {Kind(b)} have no order.");
        }
    }

    public static bool Contains(object? container, object? item) => (container, item) switch
    {
        (Text text, Text part) => text.Value.Contains(part.Value, StringComparison.Ordinal),
        (Map map, _) => map.ContainsKey(Map.Key(item)),
        (MapView { Name: "keys" } view, _) => view.Source.ContainsKey(Map.Key(item)),
        (Text, _) => throw new ChatTemplateException($"'in <string>' needs a string, not {Kind(item)}."),
        _ => Items(container).Any(i => AreEqual(i, item)),
    };

    /// <summary>What a <c>for</c> goes through: items, keys, or characters.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        IReadOnlyList<object?> list => list,
        Map map => [.. map.Keys.Select(k => ReferenceEquals(k, Map.NoneKey) ? null : k)],
        Text text => [.. CodePoints.Split(text)],
        Undefined => [],
        Range range => range.Items,
        MapView view => view.Items,
        _ => throw new ChatTemplateException($"{Kind(value)} cannot be iterated."),
    };

    public static object? Add(object? a, object? b) => (a, b) switch
    {
        (Text x, Text y) => Text.Concat([x, y]),
        (Tuple x, Tuple y) => CheckCount((long)x.Count + y.Count, () => new Tuple(x.Concat(y))),
        (Tuple, List<object?>) or (List<object?>, Tuple) => throw new ChatTemplateException("A list and a tuple cannot be joined."),
        (IReadOnlyList<object?> x, IReadOnlyList<object?> y) => CheckCount((long)x.Count + y.Count, () => x.Concat(y).ToList()),
        _ => Arithmetic("+", a, b),
    };

    public static object? Multiply(object? a, object? b) => (a, b) switch
    {
        (Text or IReadOnlyList<object?>, _) when Integer(b) is { } n => Repeat(a, n),
        (_, Text or IReadOnlyList<object?>) when Integer(a) is { } n => Repeat(b, n),
        _ => Arithmetic("*", a, b),
    };

    public static object? Arithmetic(string operation, object? a, object? b)
    {
        if (Number(a) is not { } x || Number(b) is not { } y)
            throw new ChatTemplateException($"{Kind(a)} {operation} {Kind(b)} is not possible.");
        if (operation is "/" or "//" or "%" && y == 0)
            throw new ChatTemplateException("Division by zero.");
        try
        {
            return (Integer(a), Integer(b), operation) switch
            {
                // One arm as object: otherwise all arms would become double.
                (_, _, "/") => (object)(x / y),
                ({ } m, { } n, "+") => checked(m + n),
                ({ } m, { } n, "-") => checked(m - n),
                ({ } m, { } n, "*") => checked(m * n),
                ({ } m, { } n, "//") => checked((m / n) - (m % n != 0 && m < 0 != n < 0 ? 1 : 0)),
                ({ } m, { } n, "%") => checked(((m % n) + n) % n),
                ({ } m, >= 0 and var n, "**") => checked((long)(decimal)System.Numerics.BigInteger.Pow(m, (int)Math.Min(n, 256))),
                (_, _, "+") => x + y,
                (_, _, "-") => x - y,
                (_, _, "*") => x * y,
                (_, _, "//") => Math.Floor(x / y),
                (_, _, "%") => x - (y * Math.Floor(x / y)),
                _ => Math.Pow(x, y),
            };
        }
        catch (OverflowException e)
        {
            throw new ChatTemplateException("A whole number of the chat template is too large.", e);
        }
    }

    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined u => $"'{u.Name}', which is undefined,",
        bool => "a boolean",
        long => "a whole number",
        double => "a number",
        Text => "a string",
        Map => "a dictionary",
        IReadOnlyList<object?> => "a list",
        Range => "a range",
        MapView view => $"what {view.Name}() gives",
        _ => "a function",
    };

    private static object Repeat(object? value, long times)
    {
        times = Math.Clamp(times, 0, Text.MaxLength + 1L);
        if (value is Text text)
        {
            return text.Length * times <= Text.MaxLength
                ? Text.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)times))
                : throw new ChatTemplateException($"The chat template makes a text of more than {Text.MaxLength} characters.");
        }
        var list = (IReadOnlyList<object?>)value!;
        return CheckCount(list.Count * times, () =>
        {
            var items = Enumerable.Repeat(list, (int)times).SelectMany(all => all);
            return list is Tuple ? new Tuple(items) : items.ToList();
        });
    }

    private static List<object?> CheckCount(long count, Func<List<object?>> make) =>
        count <= MaxItems ? make() : throw new ChatTemplateException($"A list of the chat template has more than {MaxItems} items.");
}
