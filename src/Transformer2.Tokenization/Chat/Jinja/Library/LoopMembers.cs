namespace Transformer2.Tokenization.Jinja;

/// <summary>Members of <c>loop</c>.</summary>
internal static class LoopMembers
{
    public static object? Find(LoopState loop, string name) => name switch
    {
        "index" => loop.Index + 1L,
        "index0" => (long)loop.Index,
        "revindex" => (long)loop.Items.Count - loop.Index,
        "revindex0" => loop.Items.Count - loop.Index - 1L,
        "first" => loop.Index == 0,
        "last" => loop.Index == loop.Items.Count - 1,
        "length" => (long)loop.Items.Count,
        // Counts recursion, and not nesting.
        "depth" => loop.Depth + 1L,
        "depth0" => (long)loop.Depth,
        "previtem" => loop.Index > 0 ? loop.Items[loop.Index - 1] : new Undefined("loop.previtem"),
        "nextitem" => loop.Index < loop.Items.Count - 1 ? loop.Items[loop.Index + 1] : new Undefined("loop.nextitem"),
        "cycle" => new Callable(name, arguments => All(arguments) is { Count: > 0 } all
            ? all[loop.Index % all.Count]
            : throw new ChatTemplateException("loop.cycle() has nothing to go through.")),
        "changed" => new Callable(name, arguments => Changed(loop.Memory, arguments)),
        _ => new Undefined($"loop.{name}"),
    };

    private static bool Changed(LoopMemory memory, Arguments arguments)
    {
        var now = All(arguments);
        var changed = !Comparison.AreEqual(memory.Last, now);
        memory.Last = now;
        return changed;
    }

    private static List<object?> All(Arguments arguments) =>
        [.. Enumerable.Range(0, arguments.PositionalCount).Select(i => arguments.Get(i, ""))];
}
