using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// A base model on disk in Hugging Face's layout: <c>config.json</c> and <c>model.safetensors</c>, in one file or sharded with an index.
/// The weights' files are mapped; a tensor goes from there into libtorch piece by piece.
/// </summary>
public sealed class ModelFolder : IDisposable
{
    private const string ConfigFile = "config.json";
    private const string WeightsFile = "model.safetensors";
    private const int MaxConfigBytes = 16 << 20;
    private const int MaxIndexBytes = 64 << 20;

    private readonly SortedDictionary<string, SafetensorsFile> _shards;
    private readonly Dictionary<string, SafetensorsFile> _shardOf;
    private readonly Lazy<string> _fingerprint;

    private ModelFolder(string directory, ModelConfig config, SortedDictionary<string, SafetensorsFile> shards)
    {
        Directory = directory;
        Config = config;
        _shards = shards;
        _shardOf = shards.Values.SelectMany(shard => shard.Tensors.Keys.Select(name => KeyValuePair.Create(name, shard))).ToDictionary();
        _fingerprint = new Lazy<string>(() => BaseModelFingerprint.Compute(System.Text.Encoding.UTF8.GetBytes(Config.ToJson()), _shards.Values));
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>Identity of the weights and of what the configuration changes; reads every byte the first time.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>The files of weights, with their bytes.</summary>
    public IEnumerable<KeyValuePair<string, long>> Files => _shards.Select(shard => KeyValuePair.Create(shard.Key, shard.Value.Length));

    /// <summary>All tensors of these files.</summary>
    public IEnumerable<TensorInfo> Tensors => _shards.Values.SelectMany(shard => shard.Tensors.Values);

    /// <summary>The number type that most of the stored weights have.</summary>
    public ScalarType StoredDType => Tensors.GroupBy(tensor => tensor.DType).MaxBy(group => group.Sum(tensor => tensor.Length))?.Key switch
    {
        SafetensorsDType.F16 => ScalarType.Float16,
        SafetensorsDType.BF16 => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    };

    /// <summary>Opens a folder; weights stay on disk until they are loaded.</summary>
    /// <exception cref="CheckpointException">A file is missing or not what it should be.</exception>
    public static ModelFolder Open(string directory)
    {
        var config = ModelConfig.Parse(ReadFile(directory, ConfigFile, MaxConfigBytes));
        var shards = new SortedDictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            OpenShards(directory, shards);
            return new ModelFolder(directory, config, shards);
        }
        catch (Exception e)
        {
            foreach (var shard in shards.Values) shard.Dispose();
            if (e is SafetensorsException or IOException or UnauthorizedAccessException or ArgumentException)
                throw new CheckpointException($"{directory}: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Writes a model as such a folder, with weights in float32.</summary>
    public static void Save(string directory, Decoder model)
    {
        System.IO.Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, ConfigFile), model.Config.ToJson() + "\n");
        SafetensorsWriter.Write(
            Path.Combine(directory, WeightsFile),
            model.Parameters.All.Select(entry => entry.Value.ToTensorData(entry.Key)),
            new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Compares the weights with what the configuration asks for; reads headers only.</summary>
    /// <exception cref="CheckpointException">Weights are missing, surplus, of another shape or type; the message lists them.</exception>
    public void Check() => Check(DecoderParameters.Shapes(Config));

    /// <summary>Loads the weights and builds the model; see the other overload.</summary>
    /// <inheritdoc cref="Load(ScalarType?, Device?, IProgress{WeightProgress}?, CancellationToken)"/>
    public Decoder Load(ScalarType? dtype = null, Device? device = null) => Load(dtype, device, progress: null, CancellationToken.None);

    /// <summary>Loads the weights and builds the model. Takes the memory of the weights in the number type asked for, and a few MiB.</summary>
    /// <param name="dtype">Number type to compute in; null is the file's own.</param>
    /// <param name="device">Where to; null is the CPU.</param>
    /// <param name="progress">Is told of every tensor.</param>
    /// <param name="cancellationToken">Stops between two tensors.</param>
    /// <exception cref="CheckpointException">As <see cref="Check()"/>, or a file became shorter meanwhile.</exception>
    public Decoder Load(ScalarType? dtype, Device? device, IProgress<WeightProgress>? progress, CancellationToken cancellationToken)
    {
        var shapes = DecoderParameters.Shapes(Config);
        Check(shapes);
        var loaded = new List<Tensor>();
        long bytes = 0, total = shapes.Keys.Sum(name => _shardOf[name].Tensors[name].Length);
        try
        {
            return new Decoder(Config, DecoderParameters.Create(Config, (name, _) =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                var tensor = ReadWeight(name, dtype, device);
                loaded.Add(tensor);
                bytes += _shardOf[name].Tensors[name].Length;
                progress?.Report(new WeightProgress(loaded.Count, shapes.Count, bytes, total));
                return tensor;
            }));
        }
        catch
        {
            foreach (var tensor in loaded) tensor.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor of the checkpoint.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dtype">Number type of the result; null is the file's own.</param>
    /// <param name="device">Where to; null is the CPU.</param>
    /// <exception cref="CheckpointException">There is no such tensor, or it cannot be read.</exception>
    public Tensor ReadWeight(string name, ScalarType? dtype = null, Device? device = null)
    {
        if (!_shardOf.TryGetValue(name, out var shard)) throw new CheckpointException($"{Directory}: {name} is missing.");
        try
        {
            return shard.ReadTensor(name, dtype, device);
        }
        catch (IOException e)
        {
            throw new CheckpointException($"{Directory}: {name} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in _shards.Values) shard.Dispose();
    }

    private void Check(IReadOnlyDictionary<string, long[]> shapes)
    {
        var problems = new List<string>();
        foreach (var (name, shape) in shapes)
        {
            if (!_shardOf.TryGetValue(name, out var shard)) problems.Add($"{name} is missing");
            else if (!shard.Tensors[name].Shape.SequenceEqual(shape))
                problems.Add($"{name} has shape {shard.Tensors[name].ShapeText}, not [{string.Join(", ", shape)}]");
            else if (!Experts.TensorConversion.IsWidenable(shard.Tensors[name].DType))
                problems.Add($"{name} is of type {shard.Tensors[name].DType}, not F32, F16 or BF16");
        }

        problems.AddRange(_shardOf.Keys.Where(name => !shapes.ContainsKey(name) && !IsIgnorable(name)).Select(name => $"{name} is not part of this model"));
        Refuse(Directory, problems);
    }

    // A tied model's copy of the head, and a buffer that old exports stored.
    private bool IsIgnorable(string name) =>
        (Config.TiedEmbeddings && name == "lm_head.weight") || name.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal);

    private static void OpenShards(string directory, SortedDictionary<string, SafetensorsFile> shards)
    {
        if (File.Exists(Path.Combine(directory, WeightsFile)))
        {
            shards.Add(WeightsFile, SafetensorsFile.Open(Path.Combine(directory, WeightsFile)));
            return;
        }

        if (!File.Exists(Path.Combine(directory, ShardIndex.FileName)))
            throw new CheckpointException($"{directory} has neither {WeightsFile} nor {ShardIndex.FileName}.", new FileNotFoundException());
        var index = ShardIndex.Parse(ReadFile(directory, ShardIndex.FileName, MaxIndexBytes));
        Refuse(directory, [.. index.Shards.Where(name => !File.Exists(Path.Combine(directory, name))).Select(name => $"the shard {name} is missing")]);
        foreach (var name in index.Shards)
        {
            try
            {
                shards.Add(name, SafetensorsFile.Open(Path.Combine(directory, name)));
            }
            catch (SafetensorsException e)
            {
                throw new CheckpointException($"{directory}: {name}: {e.Message}", e);
            }
        }

        Refuse(directory, [.. index.Compare(shards)]);
    }

    private static void Refuse(string directory, List<string> problems)
    {
        if (problems.Count == 0) return;
        const int most = 10;
        var more = problems.Count > most ? $" and {problems.Count - most} more" : "";
        throw new CheckpointException($"{directory}: {string.Join("; ", problems.Take(most).Select(Shown))}{more}.");
    }

    // Names come from files: a message stays short whatever they hold.
    private static string Shown(string problem) =>
        new([.. problem.Take(300).Select(letter => char.IsControl(letter) ? '\ufffd' : letter)]);

    // As long as the file says it is: a pipe or a device has no length and is not waited for.
    private static byte[] ReadFile(string directory, string name, int mostBytes)
    {
        try
        {
            var path = Path.Combine(directory, name);
            var length = new FileInfo(path).Length;
            if (length > mostBytes) throw new CheckpointException($"{directory}: {name} has {length} bytes; at most {mostBytes} are read.");
            if (length == 0) return [];
            using var file = File.OpenRead(path);
            var bytes = new byte[length];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{directory}: cannot read {name}: {e.Message}", e);
        }
    }
}

/// <summary>How much of the weights is loaded.</summary>
/// <param name="Tensors">Tensors loaded.</param>
/// <param name="TotalTensors">Tensors in all.</param>
/// <param name="Bytes">Their bytes in the files.</param>
/// <param name="TotalBytes">Bytes in all.</param>
public sealed record WeightProgress(int Tensors, int TotalTensors, long Bytes, long TotalBytes);
