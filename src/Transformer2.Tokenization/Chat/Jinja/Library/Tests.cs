using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>The tests behind <c>is</c>, by name.</summary>
internal static class Tests
{
    // Above any filter's or test's.
    private const int MaxNameLength = 100;

    private static readonly Dictionary<string, Func<object?, Arguments, bool>> All = new(StringComparer.Ordinal)
    {
        ["boolean"] = (v, _) => v is bool,
        ["callable"] = (v, _) => v is Callable,
        ["defined"] = (v, _) => v is not Undefined,
        ["divisibleby"] = (v, a) => Comparison.AreEqual(Numbers.Arithmetic("%", v, a.Require(0, "num")), 0L),
        ["escaped"] = (v, _) => v is Text { IsMarkup: true },
        ["even"] = (v, _) => Comparison.AreEqual(Numbers.Arithmetic("%", v, 2L), 0L),
        ["false"] = (v, _) => v is false,
        ["filter"] = (v, _) => v is Text { Length: < MaxNameLength } name && Filters.Exists(name.Value),
        ["float"] = (v, _) => v is double,
        ["integer"] = (v, _) => v is long or BigInteger,
        ["iterable"] = (v, _) => v is Text or Map or IReadOnlyList<object?> or Undefined or Range or MapView,
        ["lower"] = (v, _) => Casing.IsAll(PythonText.Of(v).Value, Casing.IsLower),
        ["mapping"] = (v, _) => v is Map and not Namespace,
        ["none"] = (v, _) => v is null,
        ["number"] = (v, _) => Numbers.IsNumber(v),
        ["odd"] = (v, _) => Comparison.AreEqual(Numbers.Arithmetic("%", v, 2L), 1L),
        ["sameas"] = (v, a) => IsSame(v, a.Require(0, "other")),
        ["sequence"] = (v, _) => v is Text or Map or IReadOnlyList<object?> or Undefined or Range,
        ["string"] = (v, _) => v is Text,
        ["true"] = (v, _) => v is true,
        ["undefined"] = (v, _) => v is Undefined,
        ["test"] = (v, _) => v is Text { Length: < MaxNameLength } name && Exists(name.Value),
        ["upper"] = (v, _) => Casing.IsAll(PythonText.Of(v).Value, Casing.IsUpper),
    };

    private static readonly Dictionary<string, string> Comparisons = new(StringComparer.Ordinal)
    {
        ["=="] = "==",
        ["eq"] = "==",
        ["equalto"] = "==",
        ["!="] = "!=",
        ["ne"] = "!=",
        ["<"] = "<",
        ["lt"] = "<",
        ["lessthan"] = "<",
        ["<="] = "<=",
        ["le"] = "<=",
        [">"] = ">",
        ["gt"] = ">",
        ["greaterthan"] = ">",
        [">="] = ">=",
        ["ge"] = ">=",
        ["in"] = "in",
    };

    private static bool Exists(string name) => All.ContainsKey(name) || Comparisons.ContainsKey(name);

    private static bool IsSame(object? a, object? b) => (a, b) switch
    {
        (bool x, bool y) => x == y,
        (long x, long y) => x == y,
        (BigInteger x, BigInteger y) => x == y,
        _ => ReferenceEquals(a, b),
    };

    public static bool Holds(string name, object? value, Arguments arguments)
    {
        if (Comparisons.TryGetValue(name, out var operation))
            return ComparisonExpression.Holds(operation, value, arguments.Require(0, "other"));
        if (!All.TryGetValue(name, out var test))
            throw new ChatTemplateException($"The test '{name}' is not supported.");
        Work.Enter();
        var holds = test(value, arguments);
        arguments.EnsureAllTaken(name);
        return holds;
    }
}
