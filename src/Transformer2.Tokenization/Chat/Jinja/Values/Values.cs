namespace Transformer2.Tokenization.Jinja;

/// <summary>A variable or member that does not exist: prints as nothing, is false, and has no members.</summary>
internal sealed record Undefined(string Name);

/// <summary>A dictionary, in order of insertion. Keys are texts, numbers, booleans or none.</summary>
internal class Map : OrderedDictionary<object, object?>
{
    public Map()
        : base(KeyComparer.Instance)
    {
    }

    /// <summary>Stands for the key <c>none</c>.</summary>
    public static object NoneKey { get; } = new();

    public static object Key(object? key) => key switch
    {
        null => NoneKey,
        Text or long or double or bool => key,
        _ => throw new ChatTemplateException("A dictionary of the chat template has a key that is not a plain value."),
    };

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? x, object? y) => x is Text a ? a.Equals(y as Text) : Operators.AreEqual(x, y);

        // Numbers that are equal are the same key, whatever their type: 1, 1.0 and true.
        public int GetHashCode(object key) => Operators.Number(key)?.GetHashCode() ?? key.GetHashCode();
    }
}

/// <summary>A list that is written with parentheses, and equals no list with brackets.</summary>
internal sealed class Tuple(IEnumerable<object?> items) : List<object?>(items);

/// <summary>What <c>namespace()</c> makes: the only value whose members a template may set.</summary>
internal sealed class Namespace : Map;

/// <summary>Something that can be called: a macro, a function of the library, or a method with the value it belongs to.</summary>
internal sealed record Callable(string Name, Func<Arguments, object?> Invoke);

/// <summary>The variable <c>loop</c> of a <c>for</c>.</summary>
internal sealed record LoopState(IReadOnlyList<object?> Items, int Index, LoopMemory Memory);

/// <summary>What <c>loop.changed</c> remembers between rounds.</summary>
internal sealed class LoopMemory
{
    public IReadOnlyList<object?>? Last { get; set; }
}
