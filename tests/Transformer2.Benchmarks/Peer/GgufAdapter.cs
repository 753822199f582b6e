using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Benchmarks;

/// <summary>Writes a random LoRA adapter for llama.cpp: rank 16, on all seven matrices of a layer.</summary>
internal static class GgufAdapter
{
    private const int Rank = 16;

    /// <summary>Writes the file; its values depend on the index only.</summary>
    public static void Write(string path, ModelConfig config, int index)
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("general.type", "adapter");
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", (float)Rank);
        var random = new Random(index);
        foreach (var matrix in ProjectionMatrix.Of(config))
        {
            var name = GgufModel.NameOf(matrix.Name);
            Add($"{name}.lora_a", [Rank, matrix.Columns]);
            Add($"{name}.lora_b", [matrix.Rows, Rank]);
        }

        writer.Write(path);

        // Small enough that the model stays itself.
        void Add(string name, long[] shape) => writer.Add(new GgufTensor(name, GgufType.F32, shape, () =>
            [.. Enumerable.Range(0, (int)(shape[0] * shape[1])).Select(_ => (random.NextSingle() - 0.5f) * 0.02f)]));
    }
}
