namespace Transformer2.Tokenization.Jinja;

/// <summary>
/// Equality and order of values. Every pair that is compared is a step: a list that is twice in a list, and that in another, has twice
/// as many pairs with every level.
/// </summary>
internal static class Comparison
{
    public static bool AreEqual(object? a, object? b, int depth = 0)
    {
        Work.Enter();
        return (a, b) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (Text x, Text y) => x.Equals(y),
            (Namespace, _) or (_, Namespace) => ReferenceEquals(a, b),
            _ when depth > PythonText.MaxDepth => throw PythonText.TooDeep(),
            (IReadOnlyList<object?> x, IReadOnlyList<object?> y) =>
                x is Tuple == y is Tuple && x.Count == y.Count && FirstDifference(x, y, depth) == x.Count,
            (Map x, Map y) => x.Count == y.Count && x.All(e => y.TryGetValue(e.Key, out var other) && AreEqual(e.Value, other, depth + 1)),
            (MapView { Name: "keys" } x, MapView { Name: "keys" } y) => x.Source.Count == y.Source.Count && x.Source.Keys.All(y.Source.ContainsKey),
            (MapView { Name: "items" } x, MapView { Name: "items" } y) => AreEqual(x.Source, y.Source, depth),
            (Range x, Range y) => x.Equals(y),
            _ when Numbers.IsNumber(a) && Numbers.IsNumber(b) => Numbers.Compare(a, b) == 0,
            _ => ReferenceEquals(a, b),
        };
    }

    /// <summary>The order of two values; null when a number is none, so that no order holds.</summary>
    public static int? Compare(object? a, object? b, int depth = 0)
    {
        Work.Enter();
        switch (a, b)
        {
            case (Text x, Text y):
                return CodePoints.Compare(x.Value, y.Value);
            case (IReadOnlyList<object?>, IReadOnlyList<object?>) when depth > PythonText.MaxDepth:
                throw PythonText.TooDeep();
            case (IReadOnlyList<object?> x, IReadOnlyList<object?> y):
                var at = FirstDifference(x, y, depth);
                return at < x.Count && at < y.Count ? Compare(x[at], y[at], depth + 1) : x.Count.CompareTo(y.Count);
            default:
                return Numbers.IsNumber(a) && Numbers.IsNumber(b)
                    ? Numbers.Compare(a, b)
                    : throw new ChatTemplateException($"{Operators.Kind(a)} and {Operators.Kind(b)} have no order.");
        }
    }

    /// <summary>The first position at which two lists have different items, or the length of the shorter.</summary>
    private static int FirstDifference(IReadOnlyList<object?> x, IReadOnlyList<object?> y, int depth)
    {
        var at = 0;
        while (at < x.Count && at < y.Count && AreEqual(x[at], y[at], depth + 1))
            at++;
        return at;
    }
}
