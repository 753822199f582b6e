namespace Transformer2.Tokenization.Jinja;

/// <summary>What <c>.</c> and <c>[]</c> find on a value.</summary>
internal static class Members
{
    private const int MaxNameLength = 100;

    /// <summary>A method or property; undefined when the value has none of that name.</summary>
    public static object? Attribute(object? target, string name)
    {
        // Looked up, and any text can be a name.
        Work.Spend(name.Length);
        return target switch
        {
            Text text => StringMethods.Find(text, name),
            Namespace => new Undefined(name),
            Map map => MapMethods.Find(map, name),
            LoopState loop => LoopMembers.Find(loop, name),
            GroupTuple group when name is "grouper" or "list" => group[name == "grouper" ? 0 : 1],
            IReadOnlyList<object?> list => ListMethods.Find(list, name),
            Range range => ListMethods.Find(range, name),
            Callable callable when callable.Attributes.TryGetValue(name, out var attribute) => attribute,
            Cycler cycler => cycler.Find(name),
            _ when Numbers.IsNumber(target) => NumberMethods.Find(target, name),
            _ => new Undefined(name),
        };
    }

    /// <summary>What <c>.</c> finds: a method or, failing that, an entry.</summary>
    public static object? Member(object? target, string name) =>
        Attribute(target, name) is var found and not Undefined ? found : Entry(target, Text.Of(name));

    /// <summary>An entry of a dictionary or list, a character of a string; undefined where there is none.</summary>
    public static object? Entry(object? target, object? index)
    {
        switch (target, index)
        {
            case (Undefined undefined, _):
                throw new ChatTemplateException($"'{undefined.Name}' is undefined.");
            case (Map map, _):
                return map.TryGetValue(Map.Key(index), out var entry) ? entry : Missing(index);
            case (IReadOnlyList<object?> list, _) when Numbers.Whole(index) is { } at:
                at += at < 0 ? list.Count : 0;
                return at >= 0 && at < list.Count ? list[(int)at] : Missing(index);
            case (Range range, _) when Numbers.Whole(index) is { } at:
                at += at < 0 ? range.Count : 0;
                return at >= 0 && at < range.Count ? range.At((int)at) : Missing(index);
            case (Text text, _) when Numbers.Whole(index) is { } at:
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
        Work.Spend(16L * text.Length);
        foreach (var name in text.Value.Split('.'))
        {
            Work.Steps(1);
            object key = long.TryParse(name, out var index) ? index : Text.Of(name);
            var entry = Entry(target, key);
            target = entry is Undefined ? Attribute(target, name) : entry;
        }
        return target;
    }

    // Told in messages, and any text can be an index.
    private static Undefined Missing(object? index) => new(CodePoints.Start(PythonText.Of(index), MaxNameLength).Value);
}
