namespace Transformer2.Tokenization.Jinja;

/// <summary>A parameter of a macro.</summary>
internal sealed record Parameter(string Name, Expression? Default);

/// <summary><c>macro</c>: a callable that gives what its body writes.</summary>
/// <param name="Name">The variable it is put in.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Body">What it writes.</param>
/// <param name="Names">
/// The names that its body reads: only a macro that mentions <c>caller</c>, <c>varargs</c> or <c>kwargs</c> takes these.
/// </param>
internal sealed record MacroStatement(string Name, IReadOnlyList<Parameter> Parameters, Body Body, IReadOnlySet<string> Names) : Statement
{
    // What the objects of a macro take, in characters made.
    private const int Cost = 400;

    public override Flow Execute(Scope scope, TextBuilder output)
    {
        scope[Name] = ToCallable(scope);
        return Flow.Next;
    }

    public Callable ToCallable(Scope scope)
    {
        Work.Spend(Cost);
        return new Callable(Name, arguments => Run(scope, arguments))
        {
            DescribedAs = $"<Macro '{Name}'>",
            Attributes = new Dictionary<string, object?>
            {
                ["name"] = Text.Of(Name),
                ["arguments"] = new Tuple(Parameters.Select(p => Text.Of(p.Name))),
                ["catch_kwargs"] = Names.Contains("kwargs"),
                ["catch_varargs"] = Names.Contains("varargs"),
                ["caller"] = Names.Contains("caller"),
            },
        };
    }

    private Text Run(Scope scope, Arguments arguments)
    {
        var inner = new Scope(scope);
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, otherwise) = Parameters[i];
            inner[name] = arguments.Has(i, name) ? arguments.Get(i, name)
                : otherwise is null ? new Undefined(name)
                : otherwise.Evaluate(inner);
        }
        if (Names.Contains("caller") && Parameters.All(p => p.Name != "caller"))
            inner["caller"] = arguments.Named("caller", new Undefined("caller"));
        if (Names.Contains("varargs"))
            inner["varargs"] = arguments.TakePositional(Parameters.Count);
        if (Names.Contains("kwargs"))
            inner["kwargs"] = arguments.TakeNamed();
        arguments.EnsureAllTaken(Name);
        return Body.Capture(inner);
    }
}

/// <summary><c>call</c>: calls a macro that finds the body as <c>caller</c>.</summary>
internal sealed record CallStatement(CallExpression Call, MacroStatement Caller) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        var caller = new LiteralExpression(Caller.ToCallable(scope));
        var call = Call with { Arguments = Call.Arguments with { Named = [.. Call.Arguments.Named, ("caller", caller)] } };
        output.Append(PythonText.Of(call.Evaluate(scope)));
        return Flow.Next;
    }
}
