namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of lists, tuples and ranges that do not change them.</summary>
internal static class ListMethods
{
    public static object Find(IReadOnlyList<object?> list, string name) => name switch
    {
        "copy" when list is not Tuple => new Callable(name, _ => list),
        _ => Search(list, name),
    };

    public static object Find(Range range, string name) => name switch
    {
        "start" => range.Start,
        "stop" => range.Stop,
        "step" => range.Step,
        _ => Search(range, name),
    };

    private static object Search(object items, string name) => name switch
    {
        "count" => new Callable(name, a => a.Require(0, "value") is var value
            ? Operators.Items(items).LongCount(item => Comparison.AreEqual(item, value))
            : null),
        "index" => new Callable(name, a => Index(Operators.Items(items), a.Require(0, "value"), a.GetInteger(1, "start", 0), a.GetInteger(2, "stop", int.MaxValue))),
        _ => new Undefined(name),
    };

    private static long Index(IReadOnlyList<object?> list, object? value, int start, int stop)
    {
        var (from, to) = (FromEnd(start), FromEnd(stop));
        for (var i = from; i < to; i++)
        {
            if (Comparison.AreEqual(list[i], value))
                return i;
        }
        throw new ChatTemplateException($"{Operators.Kind(value)} is not in the list.");

        int FromEnd(int index) => Math.Clamp(index < 0 ? index + list.Count : index, 0, list.Count);
    }
}
