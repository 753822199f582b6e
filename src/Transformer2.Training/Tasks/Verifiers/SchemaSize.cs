using System.Text.Json;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// How much a JSON schema asks for. Without references a schema looks at every place of an instance at most once per place of its own; so what
/// bounds the work is its size with every reference replaced by what it refers to. A schema that contains itself has no such size and is refused.
/// </summary>
internal sealed class SchemaSize
{
    // By themselves or by what they do, they make the size no bound: they refer elsewhere, or to what is only known later.
    private static readonly string[] Refused = ["$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$id", "$anchor", "$schema", "$vocabulary", "patternProperties"];

    private readonly JsonElement _root;
    private readonly int _most;
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private int _count;
    private int _quadratic;

    private SchemaSize(JsonElement root, int most)
    {
        _root = root;
        _most = most;
    }

    /// <returns>The number of JSON values, references replaced.</returns>
    /// <exception cref="FormatException">The schema is not accepted, and why.</exception>
    public static int Of(JsonElement schema, int most)
    {
        var size = new SchemaSize(schema, most);
        size.Add(schema);
        return size._count;
    }

    private void Add(JsonElement value)
    {
        if (++_count > _most) throw new FormatException($"has more than {_most} values, references replaced");
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) Add(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (Refused.Contains(member.Name)) throw new FormatException($"uses '{member.Name}', which is not supported");
                    if (member.Name == "uniqueItems" && ++_quadratic > 8) throw new FormatException("uses 'uniqueItems' more than 8 times, references replaced");
                    if (member.Name == "$ref") Follow(member.Value);
                    else Add(member.Value);
                }

                break;
        }
    }

    private void Follow(JsonElement reference)
    {
        if (reference.ValueKind != JsonValueKind.String || reference.GetString() is not { } pointer || !(pointer == "#" || pointer.StartsWith("#/", StringComparison.Ordinal)))
            throw new FormatException("has a '$ref' that does not begin with '#/'");
        if (!_open.Add(pointer) || pointer == "#") throw new FormatException("contains itself");
        var target = _root;
        foreach (var part in pointer.Split('/').Skip(1).Select(part => Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(part, out target)) throw new FormatException($"has a '$ref' to '{Texts.Shorten(pointer)}', which is not there");
        }

        Add(target);
        _open.Remove(pointer);
    }
}
