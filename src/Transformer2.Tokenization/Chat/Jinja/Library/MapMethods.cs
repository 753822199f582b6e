namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of dictionaries that do not change them.</summary>
internal static class MapMethods
{
    public static Callable? Find(Map map, string name) => name switch
    {
        "get" => new(name, a => Get(map, a.Require(0, "key"), a.Get(1, "default"))),
        "items" => new(name, _ => Items(map)),
        "keys" => new(name, _ => Operators.Items(map)),
        "values" => new(name, _ => map.Values.ToList()),
        "copy" => new(name, _ => map),
        _ => null,
    };

    /// <summary>Pairs of key and value.</summary>
    public static List<object?> Items(Map map) =>
        [.. map.Select(e => new Tuple([ReferenceEquals(e.Key, Map.NoneKey) ? null : e.Key, e.Value]))];

    private static object? Get(Map map, object? key, object? otherwise) => map.TryGetValue(Map.Key(key), out var value) ? value : otherwise;
}
