namespace Transformer2.Tokenization.Jinja;

/// <summary>The filters over lists.</summary>
internal static class ListFilters
{
    public static void AddTo(Dictionary<string, Filter> filters)
    {
        filters["batch"] = Batch;
        filters["dictsort"] = (v, a, c) => Sorted(MapMethods.Items(AsMap(v)), a.GetFlag(2, "reverse"), a.GetFlag(0, "case_sensitive"),
            item => ((IReadOnlyList<object?>)item!)[(a.Get(1, "by", Text.Of("key")) as Text)?.Value == "value" ? 1 : 0]);
        filters["first"] = (v, _, _) => v is Text ? Members.Entry(v, 0L) : Operators.Items(v) is [var item, ..] ? item : new Undefined("the first of nothing");
        filters["groupby"] = GroupBy;
        filters["join"] = (v, a, _) => Join(v, PythonText.Of(a.Get(0, "d", Text.Empty)), a.Get(1, "attribute"));
        filters["last"] = (v, _, _) => v is Text ? Members.Entry(v, -1L) : Operators.Items(v) is [.., var item] ? item : new Undefined("the last of nothing");
        filters["map"] = MapItems;
        filters["max"] = (v, a, _) => Extreme(v, a, sign: 1);
        filters["min"] = (v, a, _) => Extreme(v, a, sign: -1);
        filters["random"] = (v, _, _) => Operators.Items(v) is { Count: > 0 } items
            ? items[Random.Shared.Next(items.Count)]
            : new Undefined("a random one of nothing");
        filters["reject"] = (v, a, _) => Where(v, null, a, from: 0, wanted: false);
        filters["rejectattr"] = (v, a, _) => Where(v, a.Require(0, "attribute"), a, from: 1, wanted: false);
        filters["reverse"] = (v, _, _) => v is Text t
            ? Strings.Reversed(t)
            : Operators.Copy(Operators.Items(v)).AsEnumerable().Reverse().ToList();
        filters["select"] = (v, a, _) => Where(v, null, a, from: 0, wanted: true);
        filters["selectattr"] = (v, a, _) => Where(v, a.Require(0, "attribute"), a, from: 1, wanted: true);
        filters["slice"] = Slice;
        filters["sort"] = (v, a, _) => Sorted(Operators.Items(v), a.GetFlag(0, "reverse"), a.GetFlag(1, "case_sensitive"), SortKey(a.Get(2, "attribute")));
        filters["sum"] = (v, a, _) => a.Get(0, "attribute") is var path
            ? Operators.Items(v).Select(i => At(i, path)).Aggregate(a.Get(1, "start", 0L), Operators.Add)
            : null;
        filters["unique"] = Unique;
    }

    private static object? At(object? item, object? path) => path is null ? item : Members.Path(item, path);

    private static Map AsMap(object? value) =>
        value as Map ?? throw new ChatTemplateException($"{Operators.Kind(value)} is not a dictionary.");

    private static Text Join(object? value, Text separator, object? path) =>
        Text.Join(separator, Operators.Items(value).Select(i => PythonText.Of(At(i, path))));

    private static List<object?> MapItems(object? value, Arguments arguments, RenderContext context)
    {
        var items = Operators.Items(value);
        Work.Items(items.Count);
        if (arguments.Named("attribute") is { } path)
        {
            var otherwise = arguments.Named("default");
            return [.. items.Select(i => Members.Path(i, path)).Select(found => found is Undefined ? otherwise ?? found : found)];
        }
        var filter = arguments.RequireText(0, "filter").Value;
        return [.. items.Select(i => Filters.Apply(filter, i, arguments.Rest(1), context))];
    }

    private static List<object?> Where(object? value, object? path, Arguments arguments, int from, bool wanted)
    {
        var test = arguments.Get(from, "test") as Text;
        var rest = arguments.Rest(from + 1);
        var items = Operators.Items(value);
        Work.Items(items.Count);
        return [.. items.Where(item => wanted == (test is null
            ? Operators.IsTrue(At(item, path))
            : Tests.Holds(test.Value, At(item, path), rest)))];
    }

    private static List<object?> Sorted(IReadOnlyList<object?> items, bool reverse, bool caseSensitive, Func<object?, object?> key)
    {
        var order = Comparer<object?>.Create((a, b) => Comparison.Compare(a, b) ?? 0);
        object? Key(object? item) => CaseOf(key(item), caseSensitive);
        Work.Items(items.Count);
        try
        {
            return [.. reverse ? items.OrderByDescending(Key, order) : items.OrderBy(Key, order)];
        }
        catch (InvalidOperationException e) when (e.InnerException is ChatTemplateException inner)
        {
            throw inner;
        }
    }

    private static object? Extreme(object? value, Arguments arguments, int sign)
    {
        var caseSensitive = arguments.GetFlag(0, "case_sensitive");
        var path = arguments.Get(1, "attribute");
        var sorted = Sorted(Operators.Items(value), reverse: sign > 0, caseSensitive, item => At(item, path));
        return sorted.Count > 0 ? sorted[0] : new Undefined("the extreme of nothing");
    }

    private static List<object?> Unique(object? value, Arguments arguments, RenderContext context)
    {
        var caseSensitive = arguments.GetFlag(0, "case_sensitive");
        var path = arguments.Get(1, "attribute");
        var seen = new Map();
        var items = Operators.Items(value);
        Work.Items(items.Count);
        Work.Spend(Tuple.Cost * items.Count);
        return [.. items.Where(item => seen.TryAdd(Map.Key(Key(item)), null))];

        object? Key(object? item) => CaseOf(At(item, path), caseSensitive);
    }

    private static List<object?> Batch(object? value, Arguments arguments, RenderContext context)
    {
        var count = Math.Max(arguments.GetInteger(0, "linecount", 1), 1);
        var fill = arguments.Get(1, "fill_with");
        if (fill is not null && count > Operators.MaxItems)
            Work.Items(count);
        var items = Operators.Items(value);
        Work.Items(items.Count);
        Work.Spend(Tuple.Cost * (items.Count / count));
        return [.. items.Chunk(count).Select(chunk =>
            chunk.Concat(Enumerable.Repeat(fill, fill is null ? 0 : count - chunk.Length)).ToList())];
    }

    /// <summary>So many lists of about the same length; those that are one shorter may be filled up.</summary>
    private static List<object?> Slice(object? value, Arguments arguments, RenderContext context)
    {
        var items = Operators.Items(value);
        var slices = Operators.AsIndex(arguments.Require(0, "slices"));
        if (slices is <= 0 or > Operators.MaxItems)
            throw new ChatTemplateException($"A list is cut into 1 to {Operators.MaxItems} slices.");
        var fill = arguments.Get(1, "fill_with");
        Work.Items((long)items.Count + slices);
        Work.Spend(Tuple.Cost * slices);
        var (length, longer) = Math.DivRem(items.Count, slices);
        return [.. Enumerable.Range(0, slices).Select(i =>
        {
            var slice = items.Skip((i * length) + Math.Min(i, longer)).Take(length + (i < longer ? 1 : 0)).ToList();
            if (fill is not null && i >= longer)
                slice.Add(fill);
            return slice;
        })];
    }

    private static List<object?> GroupBy(object? value, Arguments arguments, RenderContext context)
    {
        var path = arguments.Require(0, "attribute");
        var otherwise = arguments.Get(1, "default");
        var caseSensitive = arguments.GetFlag(2, "case_sensitive");
        var groups = new List<object?>();
        foreach (var item in Sorted(Operators.Items(value), reverse: false, caseSensitive, Grouper))
        {
            if (groups is [.., GroupTuple last] && Comparison.AreEqual(CaseOf(last[0], caseSensitive), CaseOf(Grouper(item), caseSensitive)))
                ((List<object?>)last[1]!).Add(item);
            else
                groups.Add(new GroupTuple(Grouper(item), [item]));
            Work.Spend(2 * Tuple.Cost);
        }
        return groups;

        object? Grouper(object? item)
        {
            var found = At(item, path);
            return found is Undefined && otherwise is not null ? otherwise : found;
        }
    }

    /// <summary>What a list is sorted by: the items, one of their attributes, or several with commas between.</summary>
    private static Func<object?, object?> SortKey(object? path)
    {
        if (path is not Text text || !text.Value.Contains(',', StringComparison.Ordinal))
            return item => At(item, path);
        Work.Spend(Tuple.Cost * text.Length);
        var paths = text.Value.Split(',').Select(part => Text.Of(part)).ToList();
        return item => paths.Select(part => At(item, part)).ToList();
    }

    private static object? CaseOf(object? key, bool caseSensitive) => key switch
    {
        _ when caseSensitive => key,
        Text text => Casing.Lower(text),
        // Of a sort by several attributes.
        List<object?> parts and not Tuple => parts.Select(part => part is Text text ? Casing.Lower(text) : part).ToList(),
        _ => key,
    };
}
