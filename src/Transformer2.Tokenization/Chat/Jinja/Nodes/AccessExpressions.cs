namespace Transformer2.Tokenization.Jinja;

/// <summary><c>target.name</c>: a method or, failing that, an entry.</summary>
internal sealed record MemberExpression(Expression Target, string Name) : Expression
{
    protected override object? Compute(Scope scope) => Members.Member(Target.Evaluate(scope), Name);
}

/// <summary><c>target[index]</c>: an entry or, failing that, a method.</summary>
internal sealed record SubscriptExpression(Expression Target, Expression Index) : Expression
{
    protected override object? Compute(Scope scope)
    {
        var target = Target.Evaluate(scope);
        var index = Index.Evaluate(scope);
        var entry = Members.Entry(target, index);
        return entry is Undefined && index is Text name ? Members.Attribute(target, name.Value) : entry;
    }
}

/// <summary><c>target[start:stop:step]</c>.</summary>
internal sealed record SliceExpression(Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression
{
    protected override object Compute(Scope scope)
    {
        var target = Target.Evaluate(scope);
        var (start, stop, step) = (Bound(Start, scope), Bound(Stop, scope), Bound(Step, scope) ?? 1);
        if (step == 0)
            throw new ChatTemplateException("A slice has the step 0.");
        var count = target switch
        {
            Text t => CodePoints.Count(t),
            IReadOnlyList<object?> l => l.Count,
            Range r => r.Count,
            _ => throw new ChatTemplateException($"{Operators.Kind(target)} cannot be sliced."),
        };
        var first = Clamp(start ?? (step > 0 ? 0 : count - 1), count, step);
        var last = stop is null && step < 0 ? -1 : Clamp(stop ?? count, count, step);
        if (target is Text text && step == 1)
        {
            var from = CodePoints.ToOffset(text, first);
            return text.Slice(from, Math.Max(CodePoints.ToOffset(text, Math.Max(first, last)) - from, 0));
        }
        if (target is Range range)
            return new Range(range.Start + (first * range.Step), range.Start + (last * range.Step), range.Step * step);
        var items = Operators.Items(target);
        Work.Items(Math.Abs(((long)last - first) / step));
        var picked = new List<object?>();
        for (var i = (long)first; step > 0 ? i < last : i > last; i += step)
            picked.Add(items[(int)i]);
        return target switch
        {
            Text => Text.Concat(picked.Cast<Text>()),
            Tuple => new Tuple(picked),
            _ => picked,
        };
    }

    private static int? Bound(Expression? bound, Scope scope) =>
        bound?.Evaluate(scope) is { } value ? Operators.AsIndex(value) : null;

    private static int Clamp(int index, int count, int step)
    {
        if (index < 0)
            index += count;
        return step > 0 ? Math.Clamp(index, 0, count) : Math.Clamp(index, -1, count - 1);
    }
}
