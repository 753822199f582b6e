namespace Transformer2.Tokenization.Jinja;

/// <summary>What is assigned to: a variable, a member of a namespace, or several of them.</summary>
internal abstract record Target
{
    public abstract void Assign(Scope scope, object? value);
}

internal sealed record VariableTarget(string Name) : Target
{
    public override void Assign(Scope scope, object? value) => scope[Name] = value;
}

internal sealed record MemberTarget(string Namespace, string Member) : Target
{
    public override void Assign(Scope scope, object? value)
    {
        if (scope[Namespace] is not Namespace target)
            throw new ChatTemplateException($"'{Namespace}' is not a namespace: '{Member}' cannot be set.");
        target[Text.Of(Member)] = value;
    }
}

internal sealed record TupleTarget(IReadOnlyList<Target> Parts) : Target
{
    public override void Assign(Scope scope, object? value)
    {
        var items = Operators.Items(value);
        if (items.Count != Parts.Count)
            throw new ChatTemplateException($"{items.Count} values cannot be unpacked into {Parts.Count} names.");
        foreach (var (part, item) in Parts.Zip(items))
            part.Assign(scope, item);
    }
}

internal sealed record SetStatement(Target Target, Expression Value) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        Target.Assign(scope, Value.Evaluate(scope));
        return Flow.Next;
    }
}

/// <summary><c>set</c> with a body: what the body writes, filtered.</summary>
internal sealed record SetBlockStatement(Target Target, IReadOnlyList<FilterExpression> Filters, Body Body) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        object? value = Body.Capture(new Scope(scope), out var flow);
        if (flow != Flow.Next)
            return flow;
        foreach (var filter in Filters)
            value = filter.Apply(value, scope);
        Target.Assign(scope, value);
        return Flow.Next;
    }
}
