namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of dictionaries that do not change them.</summary>
internal static class MapMethods
{
    public static object Find(Map map, string name) => name switch
    {
        "get" => new Callable(name, a => Get(map, a.Require(0, "key"), a.Get(1, "default"))),
        "items" or "keys" or "values" => new Callable(name, _ => new MapView(name, map)),
        "copy" => new Callable(name, _ => map),
        "fromkeys" => new Callable(name, a => FromKeys(a.Require(0, "iterable"), a.Get(1, "value"))),
        _ => new Undefined(name),
    };

    /// <summary>Pairs of key and value.</summary>
    public static List<object?> Items(Map map)
    {
        Work.Items(map.Count);
        Work.Spend(Tuple.Cost * map.Count);
        return [.. map.Select(e => new Tuple([ReferenceEquals(e.Key, Map.NoneKey) ? null : e.Key, e.Value]))];
    }

    private static Map FromKeys(object? keys, object? value)
    {
        var map = new Map();
        foreach (var key in Operators.Items(keys))
        {
            Work.Steps(1);
            map[Map.Key(key)] = value;
        }
        return map;
    }

    private static object? Get(Map map, object? key, object? otherwise) => map.TryGetValue(Map.Key(key), out var value) ? value : otherwise;
}
