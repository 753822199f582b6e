namespace Transformer2.Tokenization.Jinja;

/// <summary>The functions that every template finds.</summary>
internal static class Globals
{
    public static void AddTo(Scope scope)
    {
        var context = scope.Context;
        Add("namespace", arguments => Fill(new Namespace(), arguments));
        Add("dict", arguments => Fill(new Map(), arguments));
        Add("range", Range);
        Add("raise_exception", arguments => throw new ChatTemplateException(PythonText.Of(arguments.Get(0, "message")).Value)
        {
            RaisedByTemplate = true,
        });
        Add("strftime_now", arguments => Text.Of(TimeFormat.Format(context.Clock.GetLocalNow(), arguments.RequireText(0, "format").Value)));

        void Add(string name, Func<Arguments, object?> invoke) => scope[name] = new Callable(name, invoke);
    }

    private static Map Fill(Map map, Arguments arguments)
    {
        if (arguments.PositionalCount > 0)
        {
            var initial = arguments.Get(0, "");
            foreach (var entry in initial is Map other ? MapMethods.Items(other) : Operators.Items(initial))
            {
                if (Operators.Items(entry) is not [var key, var value])
                    throw new ChatTemplateException("A dictionary is made of pairs.");
                map[Map.Key(key)] = value;
            }
        }
        foreach (var name in arguments.Names)
            map[Text.Of(name)] = arguments.Named(name);
        return map;
    }

    private static List<object?> Range(Arguments arguments)
    {
        var first = Operators.AsIndex(arguments.Require(0, "start"));
        var (start, stop) = arguments.Has(1, "stop") ? (first, arguments.GetInteger(1, "stop", 0)) : (0, first);
        var step = arguments.GetInteger(2, "step", 1);
        if (step == 0)
            throw new ChatTemplateException("range() has the step 0.");
        var items = new List<object?>();
        for (var i = (long)start; step > 0 ? i < stop : i > stop; i += step)
        {
            if (items.Count == Operators.MaxItems)
                throw new ChatTemplateException($"range() has more than {Operators.MaxItems} items.");
            items.Add(i);
        }
        return items;
    }
}
