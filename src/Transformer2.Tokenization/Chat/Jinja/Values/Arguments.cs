namespace Transformer2.Tokenization.Jinja;

/// <summary>Arguments of a call. One that the callee does not ask for is an error.</summary>
internal sealed class Arguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private readonly HashSet<string> _takenNames = [];
    private int _takenPositions;

    public static Arguments None => new([], new Dictionary<string, object?>());

    /// <summary>The entries of a dictionary as arguments by name.</summary>
    public static Dictionary<string, object?> Entries(object? mapping) => mapping is Map map
        ? map.Where(e => e.Key is Text).ToDictionary(e => Name((Text)e.Key), e => e.Value, StringComparer.Ordinal)
        : throw new ChatTemplateException($"{Operators.Kind(mapping)} is not a dictionary.");

    public int PositionalCount => positional.Count;

    public IEnumerable<string> Names => named.Keys;

    /// <summary>The argument at a position, or of that name.</summary>
    public object? Get(int position, string name, object? otherwise = null)
    {
        _takenPositions = Math.Max(_takenPositions, position + 1);
        if (position < positional.Count)
            return positional[position];
        _takenNames.Add(name);
        return named.GetValueOrDefault(name, otherwise);
    }

    /// <summary>An argument that is given by name only.</summary>
    public object? Named(string name, object? otherwise = null)
    {
        _takenNames.Add(name);
        return named.GetValueOrDefault(name, otherwise);
    }

    public object? RequireNamed(string name) =>
        named.ContainsKey(name) ? Named(name) : throw new ChatTemplateException($"The argument '{name}' is missing.");

    public bool Has(int position, string name) => position < positional.Count || named.ContainsKey(name);

    public object? Require(int position, string name) =>
        Has(position, name) ? Get(position, name) : throw new ChatTemplateException($"The argument '{name}' is missing.");

    public Text RequireText(int position, string name) =>
        Require(position, name) as Text ?? throw new ChatTemplateException($"The argument '{name}' is not a string.");

    public int GetInteger(int position, string name, int otherwise) => Operators.AsIndex(Get(position, name, (long)otherwise));

    public bool GetFlag(int position, string name) => Operators.IsTrue(Get(position, name, false));

    /// <summary>All from a position on, which are then taken.</summary>
    public Arguments Rest(int from)
    {
        _takenPositions = int.MaxValue;
        _takenNames.UnionWith(named.Keys);
        return new Arguments([.. positional.Skip(from)], named);
    }

    /// <summary>The same arguments with other values; those by name have no position.</summary>
    public Arguments Select(Func<int?, object?, object?> map) => new(
        [.. positional.Select((value, i) => map(i, value))], named.ToDictionary(n => n.Key, n => map(null, n.Value), StringComparer.Ordinal));

    /// <summary>Those by position from one on.</summary>
    public Tuple TakePositional(int from)
    {
        _takenPositions = int.MaxValue;
        return new Tuple(positional.Skip(from));
    }

    /// <summary>Those by name that nothing asked for so far.</summary>
    public Map TakeNamed()
    {
        var map = new Map();
        foreach (var (name, value) in named.Where(n => !_takenNames.Contains(n.Key)))
            map[Text.Of(name)] = value;
        _takenNames.UnionWith(named.Keys);
        return map;
    }

    public void EnsureAllTaken(string callee)
    {
        if (positional.Count > _takenPositions)
            throw new ChatTemplateException($"'{callee}' has no argument number {_takenPositions + 1}.");
        foreach (var name in named.Keys)
        {
            if (!_takenNames.Contains(name))
                throw new ChatTemplateException($"'{callee}' has no argument '{name}'.");
        }
    }

    private static string Name(Text key)
    {
        Work.Spend(key.Length);
        return key.Value;
    }
}
