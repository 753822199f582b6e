namespace Transformer2.Tokenization.Jinja;

/// <summary><c>for</c>: every round has a scope of its own.</summary>
internal sealed record ForStatement(Target Target, Expression Items, Expression? Condition, Body Body, Body? Else) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output)
    {
        var items = Operators.Items(Items.Evaluate(scope));
        if (Condition is not null)
            items = [.. items.Where(item => Passes(scope, item))];
        if (items.Count == 0)
            return Else?.Execute(new Scope(scope), output) ?? Flow.Next;
        var memory = new LoopMemory();
        for (var i = 0; i < items.Count; i++)
        {
            scope.Context.Spend();
            var round = new Scope(scope);
            Target.Assign(round, items[i]);
            round["loop"] = new LoopState(items, i, memory);
            if (Body.Execute(round, output) == Flow.Break)
                break;
        }
        return Flow.Next;
    }

    private bool Passes(Scope scope, object? item)
    {
        var round = new Scope(scope);
        Target.Assign(round, item);
        return Operators.IsTrue(Condition!.Evaluate(round));
    }
}
