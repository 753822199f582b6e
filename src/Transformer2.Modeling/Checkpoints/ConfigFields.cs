using System.Text.Json;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// The fields of one object of <c>config.json</c>. Remembers which were asked for, so that what nobody understood can be refused.
/// A field that is null counts as absent, except for <see cref="Has"/>.
/// </summary>
internal sealed class ConfigFields
{
    private const int QuotedCharacters = 100;

    private readonly string _prefix;
    private readonly Dictionary<string, JsonElement> _fields = [];
    private readonly HashSet<string> _read = [];

    /// <param name="element">A JSON object.</param>
    /// <param name="name">The field that holds it; empty for the file itself.</param>
    public ConfigFields(JsonElement element, string name)
    {
        if (element.ValueKind is not JsonValueKind.Object)
            throw new CheckpointException(name.Length == 0 ? "config.json is not an object." : $"config.json: {name} is not an object.");
        _prefix = name.Length == 0 ? "" : name + ".";
        foreach (var field in element.EnumerateObject()) _fields.Add(field.Name, field.Value);
    }

    /// <summary>Whether a field is there, be it null.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>A field's value, or null when it is absent or null.</summary>
    public JsonElement? Find(string name)
    {
        _read.Add(name);
        return _fields.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null;
    }

    /// <summary>A whole number.</summary>
    /// <param name="name">The field.</param>
    /// <param name="absent">Its value when it is absent; null refuses that.</param>
    /// <param name="least">The least that is accepted.</param>
    /// <param name="most">The most; by default far above any model, and low enough that no product of two of them overflows unnoticed.</param>
    public int Whole(string name, int? absent = null, int least = 1, int most = 1 << 24) =>
        OptionalWhole(name, least, most) ?? absent ?? throw Missing(name);

    /// <inheritdoc cref="Whole"/>
    public int? OptionalWhole(string name, int least = 1, int most = 1 << 24)
    {
        if (OptionalNumber(name) is not { } number) return null;
        if (number != Math.Floor(number)) throw Refusal(name, "it must be a whole number");
        if (number < least) throw Refusal(name, least == 1 ? "it must be positive" : $"it must be at least {least}");
        return number <= most ? (int)number : throw Refusal(name, $"at most {most} is supported");
    }

    /// <summary>A number in a range; the least is excluded where <paramref name="open"/> says so.</summary>
    public double Number(string name, double? absent, double least, double most, bool open = false) =>
        OptionalNumber(name, least, most, open) ?? absent ?? throw Missing(name);

    /// <inheritdoc cref="Number"/>
    public double? OptionalNumber(string name, double least = double.MinValue, double most = double.MaxValue, bool open = false)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            throw Refusal(name, "it must be a number");
        if (number < least || (open && number == least)) throw Refusal(name, FormattableString.Invariant($"it must be {(open ? "above" : "at least")} {least}"));
        return number <= most ? number : throw Refusal(name, FormattableString.Invariant($"at most {most} is supported"));
    }

    /// <summary>True or false.</summary>
    public bool Flag(string name, bool absent) => Find(name)?.ValueKind switch
    {
        null => absent,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Refusal(name, "it must be true or false"),
    };

    /// <summary>A text, or null when it is absent.</summary>
    public string? Text(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString() : throw Refusal(name, "it must be a text");

    /// <summary>Texts, or null when they are absent.</summary>
    public string[]? Texts(string name)
    {
        if (Find(name) is not { } value) return null;
        return value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Refusal(name, "it must be a list of texts");
    }

    /// <summary>Refuses a field unless it is absent or has a value, as JSON, that describes what is computed anyway.</summary>
    public void Require(string name, string reason, params ReadOnlySpan<string> values)
    {
        if (Find(name) is { } value && !values.Contains(value.GetRawText())) throw Refusal(name, reason);
    }

    /// <summary>Refuses the fields that were not asked for, unless they are harmless or say that something is off.</summary>
    public void RefuseUnknown(Func<string, bool> harmless)
    {
        foreach (var (name, value) in _fields)
        {
            if (!_read.Contains(name) && !harmless(name) && !IsOff(value))
                throw Refusal(name, "this field is not known and could change what the model computes (remove it if it does not)");
        }
    }

    /// <summary>The error that names a field, its value and what is wrong.</summary>
    public CheckpointException Refusal(string name, string reason)
    {
        var text = _fields.TryGetValue(name, out var value) ? value.GetRawText() : "absent";
        if (text.Length > QuotedCharacters) text = text[..QuotedCharacters] + "…";
        return new CheckpointException($"config.json: {_prefix}{name} is {text}; {reason}.");
    }

    private CheckpointException Missing(string name) => new($"config.json: {_prefix}{name} is missing.");

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        JsonValueKind.String => value.ValueEquals(""),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };
}
