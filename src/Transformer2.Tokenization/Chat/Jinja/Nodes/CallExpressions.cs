namespace Transformer2.Tokenization.Jinja;

/// <summary>The arguments as written in a call.</summary>
internal sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static ArgumentList None { get; } = new([], []);

    /// <summary>What stands behind <c>*</c>: its items are further arguments.</summary>
    public Expression? Items { get; init; }

    /// <summary>What stands behind <c>**</c>: its entries are further arguments by name.</summary>
    public Expression? Entries { get; init; }

    public Arguments Evaluate(Scope scope)
    {
        var positional = Positional.Select(p => p.Evaluate(scope)).ToList();
        if (Items is not null)
            positional.AddRange(Operators.Copy(Operators.Items(Items.Evaluate(scope))));
        var named = Named.ToDictionary(n => n.Name, n => n.Value.Evaluate(scope), StringComparer.Ordinal);
        foreach (var (name, value) in Entries is null ? [] : Jinja.Arguments.Entries(Entries.Evaluate(scope)))
        {
            if (!named.TryAdd(name, value))
                throw new ChatTemplateException($"The argument '{name}' is given twice.");
        }
        return new Arguments(positional, named);
    }
}

/// <summary><c>target(…)</c>.</summary>
internal sealed record CallExpression(Expression Target, ArgumentList Arguments) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var target = Target.Evaluate(scope);
        var callable = target switch
        {
            Callable function => function,
            LoopState loop => loop.Call ?? throw new ChatTemplateException("A loop that is called must be marked as recursive."),
            _ => throw new ChatTemplateException($"{Operators.Kind(target)} cannot be called."),
        };
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
