using Transformer2.Experts;
using Transformer2.Training.Adapters;

namespace Transformer2.Training.Lora;

/// <summary>Low-rank updates as safetensors, with the names of Hugging Face's peft (<c>adapter_model.safetensors</c>); no expert file.</summary>
public static class LoraFile
{
    /// <summary>Writes the updates, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="weights">The updates.</param>
    /// <param name="about">Further entries of the file's metadata.</param>
    public static void Write(string path, LoraWeights weights, IReadOnlyDictionary<string, string>? about = null)
    {
        var tensors = weights.Matrices.OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry =>
        {
            var (name, matrix) = entry;
            var module = "base_model.model." + (name.EndsWith(".weight", StringComparison.Ordinal) ? name[..^".weight".Length] : name);
            return (TensorData[])
            [
                TensorData.Of($"{module}.lora_A.weight", matrix.A.ToArray(), matrix.Rank, matrix.A.Count / matrix.Rank),
                TensorData.Of($"{module}.lora_B.weight", matrix.B.ToArray(), matrix.B.Count / matrix.Rank, matrix.Rank),
            ];
        });
        var first = weights.Matrices.Values.First();
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>(about ?? new Dictionary<string, string>())
        {
            ["r"] = FormattableString.Invariant($"{first.Rank}"),
            ["lora_alpha"] = FormattableString.Invariant($"{first.Scale * first.Rank}"),
        });
    }
}
