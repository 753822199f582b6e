namespace Transformer2.Tokenization.Jinja;

/// <summary>Methods of strings that are marked as HTML: what they add is escaped, and what they make is HTML.</summary>
internal static class MarkupMethods
{
    public static object? Call(string name, StringMethod method, Text text, Arguments arguments)
    {
        var escaped = arguments.Rest(0).Select((position, value) => name switch
        {
            "format" or "format_map" or "join" => Escaped(value),
            "replace" when position == 1 => Escaped(value),
            _ => value,
        });
        var made = method(text, escaped);
        escaped.EnsureAllTaken(name);
        return made is Text html ? html.AsMarkup() : made;
    }

    /// <summary><c>%</c> with HTML on its left.</summary>
    public static Text Format(Text format, object? value) => PercentFormat.Write(format, Escaped(value)).AsMarkup();

    private static object? Escaped(object? value)
    {
        switch (value)
        {
            case Text text:
                return MarkupFilters.Escape(text);
            case Map map:
                var escaped = new Map();
                foreach (var (key, entry) in map)
                    escaped[key] = entry is Text text ? MarkupFilters.Escape(text) : entry;
                return escaped;
            case Tuple tuple:
                return new Tuple(Items(tuple));
            case IReadOnlyList<object?> list:
                return Items(list).ToList();
            default:
                return value;
        }
    }

    private static IEnumerable<object?> Items(IReadOnlyList<object?> list)
    {
        Work.Items(list.Count);
        return list.Select(item => item is Text text ? MarkupFilters.Escape(text) : item);
    }
}
