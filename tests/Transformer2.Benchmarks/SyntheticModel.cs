using System.Text.Json;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Benchmarks;

/// <summary>A random Llama on disk, in two shards with an index, written as a stream.</summary>
internal sealed class SyntheticModel : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("t2-benchmark-");

    private SyntheticModel()
    {
    }

    /// <summary>The model's folder.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Number of weights.</summary>
    public long Parameters { get; private set; }

    /// <summary>Writes a model; the same weights for the same shape and type.</summary>
    public static SyntheticModel Write(ModelConfig config, SafetensorsDType dtype)
    {
        var model = new SyntheticModel();
        var shapes = DecoderParameters.Shapes(config);
        var map = new Dictionary<string, string>();
        var half = shapes.Count / 2;
        foreach (var (index, part) in new[] { shapes.Take(half), shapes.Skip(half) }.Index())
        {
            var name = $"model-{index + 1:00000}-of-00002.safetensors";
            foreach (var entry in part) map.Add(entry.Key, name);
            SafetensorsWriter.Write(
                Path.Combine(model.Folder, name),
                part.Select(entry => RandomWeights.Tensor(entry.Key, entry.Value, dtype)));
        }

        model.Parameters = shapes.Values.Sum(Count);
        File.WriteAllText(Path.Combine(model.Folder, "config.json"), config.ToJson());
        File.WriteAllText(
            Path.Combine(model.Folder, "model.safetensors.index.json"),
            JsonSerializer.Serialize(new { metadata = new { total_size = model.Parameters * dtype.BitSize() / 8 }, weight_map = map }));
        return model;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, extent) => product * extent);
}
