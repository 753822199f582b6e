namespace Transformer2.Tokenization.Jinja;

/// <summary>What <c>.</c> and <c>[]</c> find on a value.</summary>
internal static class Members
{
    /// <summary>A method or property, or null when the value has none of that name.</summary>
    public static object? Attribute(object? target, string name) => target switch
    {
        Text text => StringMethods.Find(text, name),
        Namespace => null,
        Map map => MapMethods.Find(map, name),
        LoopState loop => LoopMembers.Find(loop, name) ?? new Undefined($"loop.{name}"),
        _ => null,
    };

    /// <summary>An entry of a dictionary or list, a character of a string; undefined where there is none.</summary>
    public static object? Entry(object? target, object? index)
    {
        switch (target, index)
        {
            case (Undefined undefined, _):
                throw new ChatTemplateException($"'{undefined.Name}' is undefined.");
            case (Map map, _):
                return map.TryGetValue(Map.Key(index), out var entry) ? entry : Missing(index);
            case (IReadOnlyList<object?> list, _) when Operators.Integer(index) is { } at:
                at += at < 0 ? list.Count : 0;
                return at >= 0 && at < list.Count ? list[(int)at] : Missing(index);
            case (Text text, _) when Operators.Integer(index) is { } at:
                var count = CodePoints.Count(text);
                at += at < 0 ? count : 0;
                if (at < 0 || at >= count)
                    return Missing(index);
                var start = CodePoints.ToOffset(text, (int)at);
                return text.Slice(start, CodePoints.ToOffset(text, (int)at + 1) - start);
            default:
                return Missing(index);
        }
    }

    /// <summary>The value at the end of a dotted path, as the argument <c>attribute</c> of filters names it.</summary>
    public static object? Path(object? target, object? path)
    {
        if (path is not Text text)
            return Entry(target, path);
        foreach (var name in text.Value.Split('.'))
        {
            object key = long.TryParse(name, out var index) ? index : Text.Of(name);
            var entry = Entry(target, key);
            target = entry is Undefined ? Attribute(target, name) ?? entry : entry;
        }
        return target;
    }

    private static Undefined Missing(object? index) => new(PythonText.Of(index).Value);
}
