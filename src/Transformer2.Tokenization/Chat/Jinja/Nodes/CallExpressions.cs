namespace Transformer2.Tokenization.Jinja;

/// <summary>The arguments as written in a call.</summary>
internal sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static ArgumentList None { get; } = new([], []);

    public Arguments Evaluate(Scope scope) => new(
        [.. Positional.Select(p => p.Evaluate(scope))],
        Named.ToDictionary(n => n.Name, n => n.Value.Evaluate(scope), StringComparer.Ordinal));
}

/// <summary><c>target(…)</c>.</summary>
internal sealed record CallExpression(Expression Target, ArgumentList Arguments) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var target = Target.Evaluate(scope);
        if (target is not Callable callable)
            throw new ChatTemplateException($"{Operators.Kind(target)} cannot be called.");
        var arguments = Arguments.Evaluate(scope);
        var result = callable.Invoke(arguments);
        arguments.EnsureAllTaken(callable.Name);
        return result;
    }
}

/// <summary><c>target | name(…)</c>. Without target it is the filter of a block.</summary>
internal sealed record FilterExpression(Expression? Target, string Name, ArgumentList Arguments) : Expression
{
    public object? Apply(object? value, Scope scope) => Filters.Apply(Name, value, Arguments.Evaluate(scope), scope.Context);

    protected override object? Compute(Scope scope) => Apply(Target!.Evaluate(scope), scope);
}

/// <summary><c>target is name(…)</c>.</summary>
internal sealed record TestExpression(Expression Target, string Name, ArgumentList Arguments) : Expression
{
    protected override object Compute(Scope scope) => Tests.Holds(Name, Target.Evaluate(scope), Arguments.Evaluate(scope));
}
