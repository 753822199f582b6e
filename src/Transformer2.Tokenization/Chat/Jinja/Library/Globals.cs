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
        Add("cycler", arguments => arguments.TakePositional(0) is { Count: > 0 } items
            ? new Cycler(items)
            : throw new ChatTemplateException("cycler() has nothing to go through."));
        Add("joiner", arguments => Joiner(arguments.Get(0, "sep", Text.Of(", "))));
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
                Work.Steps(1);
                if (Operators.Items(entry) is not [var key, var value])
                    throw new ChatTemplateException("A dictionary is made of pairs.");
                map[Map.Key(key)] = value;
            }
        }
        foreach (var name in arguments.Names)
            map[Text.Of(name)] = arguments.Named(name);
        return map;
    }

    private static Range Range(Arguments arguments)
    {
        var first = Operators.AsIndex(arguments.Require(0, "start"));
        var (start, stop) = arguments.Has(1, "stop") ? (first, arguments.GetInteger(1, "stop", 0)) : (0, first);
        var step = arguments.GetInteger(2, "step", 1);
        return step != 0 ? new Range(start, stop, step) : throw new ChatTemplateException("range() has the step 0.");
    }

    /// <summary>Gives nothing when it is called first, and the separator from then on.</summary>
    private static Callable Joiner(object? separator)
    {
        var used = false;
        return new Callable("joiner", _ =>
        {
            var now = used ? separator : Text.Empty;
            used = true;
            return now;
        });
    }
}
