namespace Transformer2.Tokenization.Jinja;

/// <summary>A parameter of a macro.</summary>
internal sealed record Parameter(string Name, Expression? Default);

/// <summary><c>macro</c>: a callable that gives what its body writes.</summary>
internal sealed record MacroStatement(string Name, IReadOnlyList<Parameter> Parameters, Body Body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        scope[Name] = ToCallable(scope);
        return Flow.Next;
    }

    public Callable ToCallable(Scope scope) => new(Name, arguments =>
    {
        var inner = new Scope(scope);
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, otherwise) = Parameters[i];
            inner[name] = arguments.Has(i, name) ? arguments.Get(i, name)
                : otherwise is null ? new Undefined(name)
                : otherwise.Evaluate(inner);
        }
        if (arguments.Names.Contains("caller"))
            inner["caller"] = arguments.Get(Parameters.Count, "caller");
        return Body.Capture(inner);
    });
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
