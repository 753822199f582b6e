using System.Text.Json;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>A base model on disk in Hugging Face's layout: <c>config.json</c> and <c>model.safetensors</c>, in one file or sharded with an index.</summary>
public sealed class ModelFolder : IDisposable
{
    private const string WeightsFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly SafetensorsFile[] _shards;
    private readonly Dictionary<string, SafetensorsFile> _shardOf;
    private readonly Lazy<string> _fingerprint;

    private ModelFolder(string directory, ModelConfig config, SafetensorsFile[] shards)
    {
        Directory = directory;
        Config = config;
        _shards = shards;
        _shardOf = shards.SelectMany(shard => shard.Tensors.Keys.Select(name => KeyValuePair.Create(name, shard))).ToDictionary();
        _fingerprint = new Lazy<string>(() => BaseModelFingerprint.Compute(System.Text.Encoding.UTF8.GetBytes(Config.ToJson()), _shards));
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Identity of the weights and of what the configuration changes; reads every byte the first time.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>Opens a folder; weights stay on disk until they are loaded.</summary>
    /// <exception cref="CheckpointException">A file is missing or not what it should be.</exception>
    public static ModelFolder Open(string directory)
    {
        var config = ModelConfig.Parse(ReadFile(directory, "config.json"));
        var shards = new List<SafetensorsFile>();
        try
        {
            foreach (var name in ShardNames(directory)) shards.Add(SafetensorsFile.Open(Path.Combine(directory, name)));
            return new ModelFolder(directory, config, [.. shards]);
        }
        catch (Exception e) when (e is SafetensorsException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            foreach (var shard in shards) shard.Dispose();
            throw new CheckpointException($"{directory}: {e.Message}", e);
        }
    }

    /// <summary>Writes a model as such a folder, with weights in float32.</summary>
    public static void Save(string directory, Decoder model)
    {
        System.IO.Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), model.Config.ToJson() + "\n");
        SafetensorsWriter.Write(
            Path.Combine(directory, WeightsFile),
            model.Parameters.All.Select(entry => entry.Value.ToTensorData(entry.Key)),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Loads the weights and builds the model.</summary>
    /// <param name="dtype">Number type to compute in; null is the file's own.</param>
    /// <param name="device">Where to; null is the CPU.</param>
    /// <exception cref="CheckpointException">Weights are missing, surplus, or of another shape than the configuration says; the message lists them.</exception>
    public Decoder Load(ScalarType? dtype = null, Device? device = null)
    {
        var shapes = DecoderParameters.Shapes(Config);
        Check(shapes);
        return new Decoder(Config, DecoderParameters.Create(Config, (name, _) =>
        {
            using var scope = NewDisposeScope();
            var tensor = _shardOf[name].ReadTensor(name);
            return tensor.to(dtype ?? tensor.dtype, device ?? CPU).MoveToOuterDisposeScope();
        }));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in _shards) shard.Dispose();
    }

    private void Check(IReadOnlyDictionary<string, long[]> shapes)
    {
        var problems = new List<string>();
        foreach (var (name, shape) in shapes)
        {
            if (!_shardOf.TryGetValue(name, out var shard)) problems.Add($"{name} is missing");
            else if (!shard.Tensors[name].Shape.SequenceEqual(shape))
                problems.Add($"{name} has shape [{string.Join(", ", shard.Tensors[name].Shape)}], not [{string.Join(", ", shape)}]");
            else if (shard.Tensors[name].DType is not (SafetensorsDType.F32 or SafetensorsDType.F16 or SafetensorsDType.BF16))
                problems.Add($"{name} is of type {shard.Tensors[name].DType}, not F32, F16 or BF16");
        }

        problems.AddRange(_shardOf.Keys.Where(name => !shapes.ContainsKey(name) && !IsIgnorable(name)).Select(name => $"{name} is not part of this model"));
        if (problems.Count == 0) return;
        const int most = 10;
        var more = problems.Count > most ? $" and {problems.Count - most} more" : "";
        throw new CheckpointException($"{Directory}: {string.Join("; ", problems.Take(most))}{more}.");
    }

    // A tied model's copy of the head, and a buffer that old exports stored.
    private bool IsIgnorable(string name) =>
        (Config.TiedEmbeddings && name == "lm_head.weight") || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);

    private static string[] ShardNames(string directory)
    {
        if (File.Exists(Path.Combine(directory, WeightsFile))) return [WeightsFile];
        if (!File.Exists(Path.Combine(directory, IndexFile)))
            throw new CheckpointException($"{directory} has neither {WeightsFile} nor {IndexFile}.");

        try
        {
            using var index = JsonDocument.Parse(ReadFile(directory, IndexFile));
            var names = index.RootElement.GetProperty("weight_map").EnumerateObject().Select(entry => entry.Value.GetString() ?? "").Distinct().ToArray();
            return names.FirstOrDefault(name => Path.GetFileName(name) != name || name.Length == 0) is { } bad
                ? throw new CheckpointException($"{IndexFile}: '{bad}' is not the name of a file in the same folder.")
                : names;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CheckpointException($"{directory}: {IndexFile} is not a valid index: {e.Message}", e);
        }
    }

    private static byte[] ReadFile(string directory, string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(directory, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{directory}: cannot read {name}: {e.Message}", e);
        }
    }
}
