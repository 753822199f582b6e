namespace Transformer2.Tokenization.Jinja;

/// <summary>A part of a template that has a value.</summary>
internal abstract record Expression
{
    public object? Evaluate(Scope scope)
    {
        Work.Enter();
        return Compute(scope);
    }

    protected abstract object? Compute(Scope scope);
}

internal sealed record LiteralExpression(object? Value) : Expression
{
    protected override object? Compute(Scope scope) => Value;
}

internal sealed record NameExpression(string Name) : Expression
{
    protected override object? Compute(Scope scope) => scope[Name];
}

internal sealed record ListExpression(IReadOnlyList<Expression> Items) : Expression
{
    public bool IsTuple { get; init; }

    protected override object Compute(Scope scope)
    {
        var items = Items.Select(i => i.Evaluate(scope));
        return IsTuple ? new Tuple(items) : items.ToList();
    }
}

internal sealed record MapExpression(IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression
{
    protected override object Compute(Scope scope)
    {
        var map = new Map();
        foreach (var (key, value) in Entries)
            map[Map.Key(key.Evaluate(scope))] = value.Evaluate(scope);
        return map;
    }
}

internal sealed record ConditionalExpression(Expression Condition, Expression Then, Expression? Else) : Expression
{
    protected override object? Compute(Scope scope) => Operators.IsTrue(Condition.Evaluate(scope))
        ? Then.Evaluate(scope)
        : Else is null ? new Undefined("the inline if without else") : Else.Evaluate(scope);
}

internal sealed record NotExpression(Expression Operand) : Expression
{
    protected override object Compute(Scope scope) => !Operators.IsTrue(Operand.Evaluate(scope));
}

internal sealed record SignExpression(bool IsNegative, Expression Operand) : Expression
{
    protected override object? Compute(Scope scope) => IsNegative
        ? Numbers.Negate(Operand.Evaluate(scope))
        : Numbers.Arithmetic("+", 0L, Operand.Evaluate(scope));
}
