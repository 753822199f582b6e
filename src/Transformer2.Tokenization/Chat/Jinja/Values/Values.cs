using System.Collections.Frozen;
using System.Numerics;

namespace Transformer2.Tokenization.Jinja;

/// <summary>A variable or member that does not exist: prints as nothing, is false, and has no members.</summary>
internal sealed record Undefined(string Name);

/// <summary>A dictionary, in order of insertion. Keys are texts, numbers, booleans or none.</summary>
internal class Map : OrderedDictionary<object, object?>
{
    // What the objects of a dictionary take, in characters made.
    private const int Cost = 120;

    public Map()
        : base(KeyComparer.Instance) => Work.Spend(Cost);

    /// <summary>Stands for the key <c>none</c>.</summary>
    public static object NoneKey { get; } = new();

    public static object Key(object? key) => key switch
    {
        null => NoneKey,
        Text or long or double or bool or BigInteger => key,
        _ => throw new ChatTemplateException("A dictionary of the chat template has a key that is not a plain value."),
    };

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? x, object? y) => x is Text a ? a.Equals(y as Text) : Comparison.AreEqual(x, y);

        // Numbers that are equal are the same key, whatever their type: 1, 1.0 and true.
        public int GetHashCode(object key) => Numbers.IsNumber(key) ? Numbers.Hash(key) : key.GetHashCode();
    }
}

/// <summary>A list that is written with parentheses, and equals no list with brackets.</summary>
internal class Tuple(IEnumerable<object?> items) : List<object?>(items)
{
    /// <summary>What the objects of a small list take, in characters made.</summary>
    public const long Cost = 50;
}

/// <summary>What <c>groupby</c> makes: a tuple whose two items have names.</summary>
internal sealed class GroupTuple(object? grouper, List<object?> items) : Tuple([grouper, items]);

/// <summary>What <c>range</c> makes. Its items are numbers that are made when asked for.</summary>
internal sealed record Range(long Start, long Stop, long Step)
{
    public int Count { get; } = CountOf(Start, Stop, Step);

    public List<object?> Items
    {
        get
        {
            Work.Items(Count);
            // The numbers are objects, too.
            Work.Spend(16L * Count);
            return [.. Enumerable.Range(0, Count).Select(At)];
        }
    }

    public object At(int index) => Start + (index * Step);

    // Ranges are equal when their items are.
    public bool Equals(Range? other) => other is not null && Count == other.Count
        && (Count == 0 || (Start == other.Start && (Count == 1 || Step == other.Step)));

    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, Start);

    // As many as the sandbox of Jinja allows.
    private const int MaxCount = 100_000;

    private static int CountOf(long start, long stop, long step)
    {
        var distance = (Int128)stop - start;
        var count = Int128.Max((distance + step - Math.Sign(step)) / step, 0);
        return count <= MaxCount ? (int)count : throw new ChatTemplateException($"range() has more than {MaxCount} items.");
    }
}

/// <summary>What <c>keys()</c>, <c>values()</c> and <c>items()</c> of a dictionary make: gone through like a list, but without positions.</summary>
/// <param name="Name">The name of the method.</param>
/// <param name="Source">The dictionary.</param>
internal sealed record MapView(string Name, Map Source)
{
    public IReadOnlyList<object?> Items => Name switch
    {
        "keys" => Operators.Items(Source),
        "values" => Values(),
        _ => MapMethods.Items(Source),
    };

    private List<object?> Values()
    {
        Work.Items(Source.Count);
        return [.. Source.Values];
    }
}

/// <summary>What <c>namespace()</c> makes: the only value whose members a template may set.</summary>
internal sealed class Namespace : Map;

/// <summary>Something that can be called: a macro, a function of the library, or a method with the value it belongs to.</summary>
internal sealed record Callable(string Name, Func<Arguments, object?> Invoke)
{
    /// <summary>What a template finds on it by name.</summary>
    public IReadOnlyDictionary<string, object?> Attributes { get; init; } = FrozenDictionary<string, object?>.Empty;

    /// <summary>How it is printed.</summary>
    public string Description => DescribedAs ?? $"<function {Name}>";

    public string? DescribedAs { get; init; }
}

/// <summary>The variable <c>loop</c> of a <c>for</c>.</summary>
/// <param name="Items">What the loop goes through.</param>
/// <param name="Index">The round, from 0.</param>
/// <param name="Memory">What the rounds share.</param>
/// <param name="Depth">How many loops of the same statement it is called from.</param>
/// <param name="Call">Runs a recursive loop over the children of an item; null in other loops.</param>
internal sealed record LoopState(IReadOnlyList<object?> Items, int Index, LoopMemory Memory, int Depth, Callable? Call);

/// <summary>What <c>loop.changed</c> remembers between rounds.</summary>
internal sealed class LoopMemory
{
    public IReadOnlyList<object?>? Last { get; set; }
}
