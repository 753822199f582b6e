using System.Text.Json;
using Transformer2.Experts;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>The index of a sharded checkpoint, <c>model.safetensors.index.json</c>: which file holds which tensor. What else it says, the total size
/// among it, is for people and often wrong: it is not looked at, as transformers does not.</summary>
internal sealed class ShardIndex
{
    /// <summary>The index's own name.</summary>
    public const string FileName = "model.safetensors.index.json";

    private readonly Dictionary<string, string> _shardOf = new(StringComparer.Ordinal);

    private ShardIndex()
    {
    }

    /// <summary>Names of the shards, all of them files of the index's folder, in order.</summary>
    public IReadOnlyList<string> Shards => [.. _shardOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Reads an index in one forward pass; nothing but names is kept.</summary>
    /// <exception cref="CheckpointException">Not of this form, or it names something else than a file beside it.</exception>
    public static ShardIndex Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var index = new ShardIndex();
            var reader = new Utf8JsonReader(json);
            index.ReadRoot(ref reader);
            return index;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new CheckpointException($"{FileName} is not a valid index: {e.Message}", e);
        }
    }

    /// <summary>Compares every entry with the shards themselves.</summary>
    /// <param name="shards">The opened shards by name.</param>
    /// <returns>What does not agree, one sentence each.</returns>
    public IEnumerable<string> Compare(IReadOnlyDictionary<string, SafetensorsFile> shards)
    {
        foreach (var (tensor, shard) in _shardOf)
        {
            if (!shards[shard].Tensors.ContainsKey(tensor)) yield return $"{tensor} is not in {shard}, where the index has it";
        }

        foreach (var (name, shard) in shards)
        {
            foreach (var tensor in shard.Tensors.Keys)
            {
                if (!_shardOf.TryGetValue(tensor, out var indexed)) yield return $"{tensor} of {name} is not in the index";
                else if (indexed != name) yield return $"{tensor} is in {name} too, while the index has it in {indexed}";
            }
        }
    }

    private void ReadRoot(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(reader.TokenType == JsonTokenType.StartObject, "it is not an object");
        var mapped = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("weight_map"u8))
            {
                Expect(!mapped, "weight_map occurs twice");
                mapped = true;
                ReadMap(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read(); // anything after the object is an error of the reader's
        Expect(_shardOf.Count > 0, "weight_map is missing or empty");
    }

    private void ReadMap(ref Utf8JsonReader reader)
    {
        reader.Read();
        Expect(reader.TokenType == JsonTokenType.StartObject, "weight_map is not an object");
        var names = new Dictionary<string, string>(StringComparer.Ordinal); // one string per shard, not per tensor
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var tensor = reader.GetString()!;
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, "weight_map maps to something that is no text");
            var text = reader.GetString()!;
            if (!names.TryGetValue(text, out var shard)) names.Add(text, shard = FileBeside(text));
            Expect(_shardOf.TryAdd(tensor, shard), $"{tensor} occurs twice");
        }
    }

    private static string FileBeside(string name) =>
        name is "" or "." or ".." || name.AsSpan().ContainsAny("/\\\0")
            ? throw new CheckpointException($"{FileName}: '{name}' is not the name of a file in the same folder.")
            : name;

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition) throw new FormatException(otherwise);
    }
}
