namespace Transformer2.Tokenization.Jinja;

/// <summary><c>for</c>: every round has a scope of its own. A recursive one may be called as <c>loop(…)</c>.</summary>
internal sealed record ForStatement(Target Target, Expression Items, Expression? Condition, bool IsRecursive, Body Body, Body? Else) : Statement
{
    public override Flow Execute(Scope scope, TextBuilder output) => Run(scope, Operators.Items(Items.Evaluate(scope)), depth: 0, output);

    private Flow Run(Scope scope, IReadOnlyList<object?> items, int depth, TextBuilder output)
    {
        if (Condition is not null)
        {
            Work.Items(items.Count);
            items = [.. items.Where(item => Passes(scope, item))];
        }
        // As in Jinja: the else is for a loop of which no round came to its end.
        var isElse = true;
        var memory = new LoopMemory();
        var call = IsRecursive ? new Callable("loop", arguments => Inner(scope, arguments.Require(0, "iterable"), depth + 1)) : null;
        for (var i = 0; i < items.Count; i++)
        {
            Work.Enter();
            var round = new Scope(scope);
            Target.Assign(round, items[i]);
            round["loop"] = new LoopState(items, i, memory, depth, call);
            var flow = Body.Execute(round, output);
            isElse &= flow != Flow.Next;
            if (flow == Flow.Break)
                break;
        }
        return isElse && Else is not null ? Else.Execute(new Scope(scope), output) : Flow.Next;
    }

    private Text Inner(Scope scope, object? items, int depth)
    {
        var output = new TextBuilder();
        Run(scope, Operators.Items(items), depth, output);
        return output.Build();
    }

    private bool Passes(Scope scope, object? item)
    {
        var round = new Scope(scope);
        Target.Assign(round, item);
        return Operators.IsTrue(Condition!.Evaluate(round));
    }
}
