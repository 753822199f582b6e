namespace Transformer2.Tokenization.Jinja;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    /// <summary>Go on with what follows.</summary>
    Next,

    /// <summary>Leave the loop.</summary>
    Break,

    /// <summary>Go on with the loop's next round.</summary>
    Continue,
}

/// <summary>A part of a template that does something.</summary>
internal abstract record Statement
{
    public abstract Flow Execute(Scope scope, TextBuilder output);
}

/// <summary>Statements in a row.</summary>
internal sealed record Body(IReadOnlyList<Statement> Statements) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        foreach (var statement in Statements)
        {
            Work.Enter();
            if (statement.Execute(scope, output) is var flow && flow != Flow.Next)
                return flow;
        }
        return Flow.Next;
    }

    /// <summary>What the statements write, in a scope of their own.</summary>
    public Text Capture(Scope scope) => Capture(scope, out _);

    /// <summary>The same where a jump may lead out of the statements, and what they wrote is dropped.</summary>
    public Text Capture(Scope scope, out Flow flow)
    {
        var output = new TextBuilder();
        flow = Execute(scope, output);
        return output.Build();
    }
}

internal sealed record DataStatement(Text Data) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        output.Append(Data);
        return Flow.Next;
    }
}

internal sealed record OutputStatement(Expression Value) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        output.Append(PythonText.Of(Value.Evaluate(scope)));
        return Flow.Next;
    }
}

internal sealed record IfStatement(IReadOnlyList<(Expression Condition, Body Then)> Branches, Body? Else) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        foreach (var (condition, then) in Branches)
        {
            if (Operators.IsTrue(condition.Evaluate(scope)))
                return then.Execute(scope, output);
        }
        return Else?.Execute(scope, output) ?? Flow.Next;
    }
}

internal sealed record JumpStatement(Flow Flow) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output) => Flow;
}

/// <summary><c>with</c>: a scope with variables of its own.</summary>
internal sealed record WithStatement(IReadOnlyList<(Target Target, Expression Value)> Variables, Body Body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in Variables)
            target.Assign(inner, value.Evaluate(scope));
        return Body.Execute(inner, output);
    }
}

/// <summary><c>filter</c>: what its body writes, filtered.</summary>
internal sealed record FilterStatement(IReadOnlyList<FilterExpression> Filters, Body Body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        object? value = Body.Capture(new Scope(scope), out var flow);
        if (flow != Flow.Next)
            return flow;
        foreach (var filter in Filters)
            value = filter.Apply(value, scope);
        output.Append(PythonText.Of(value));
        return Flow.Next;
    }
}
