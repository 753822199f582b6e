using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Benchmarks;

/// <summary>The models that benchmarks need, each written once into a folder and found there from then on.</summary>
/// <param name="directory">The folder; it may be deleted at any time when no benchmark runs.</param>
internal sealed class ModelStore(string directory)
{
    /// <summary>Where decompositions are kept.</summary>
    public string Decompositions => Path.Combine(directory, "decompositions");

    /// <summary>A model in Hugging Face's layout.</summary>
    /// <param name="shape">Which.</param>
    /// <param name="precision">Int8 is quantised when it is loaded: its folder is that of f32.</param>
    public string Folder(ModelShape shape, Precision precision)
    {
        if (shape.Config is not { } config) return Repository.Nano;
        var dtype = precision == Precision.BF16 ? SafetensorsDType.BF16 : SafetensorsDType.F32;
        return Once($"{shape.Name}-{dtype}".ToLowerInvariant(), folder => Write(folder, config, dtype));
    }

    /// <summary>The same weights as a GGUF file.</summary>
    public string Gguf(ModelShape shape, Precision precision)
    {
        var folder = Folder(shape, precision);
        return Path.Combine(
            Once($"{shape.Name}-{precision}-gguf".ToLowerInvariant(), target => GgufModel.Write(Path.Combine(target, "model.gguf"), folder, precision)), "model.gguf");
    }

    /// <summary>A random LoRA adapter for a model as a GGUF file.</summary>
    public string Adapter(ModelShape shape, ModelConfig config, int index) => Path.Combine(
        Once($"{shape.Name}-lora-{index}".ToLowerInvariant(), target => GgufAdapter.Write(Path.Combine(target, "adapter.gguf"), config, index)), "adapter.gguf");

    // A folder appears under its name when it is complete.
    private string Once(string name, Action<string> write)
    {
        var folder = Path.Combine(directory, name);
        if (Directory.Exists(folder)) return folder;
        Progress.Say($"writing {name}");
        var part = folder + ".part";
        if (Directory.Exists(part)) Directory.Delete(part, recursive: true);
        Directory.CreateDirectory(part);
        write(part);
        Directory.Move(part, folder);
        return folder;
    }

    private static void Write(string folder, ModelConfig config, SafetensorsDType dtype)
    {
        var shapes = DecoderParameters.Shapes(config);
        var done = 0;
        File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJson());
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), RandomVocabulary.ToTokenizerJson(config.VocabularySize));
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), shapes.Select(entry => Reported(RandomWeights.Tensor(entry.Key, entry.Value, dtype))));

        TensorData Reported(TensorData tensor) => tensor with
        {
            WriteBytes = stream =>
            {
                tensor.WriteBytes(stream);
                if (++done % 50 == 0 || done == shapes.Count) Progress.Say($"  {done}/{shapes.Count} tensors");
            },
        };
    }
}
