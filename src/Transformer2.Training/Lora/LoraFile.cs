using System.Globalization;
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

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="SafetensorsException">The file is no safetensors file, or an update lacks one of its halves.</exception>
    /// <exception cref="InvalidDataException">It does not hold low-rank updates.</exception>
    public static LoraWeights Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue("lora_alpha", out var text) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var alpha))
            throw new InvalidDataException($"{path} does not tell its lora_alpha.");
        const string prefix = "base_model.model.", suffix = ".lora_A.weight";
        return new LoraWeights(file.Tensors.Keys.Where(name => name.EndsWith(suffix, StringComparison.Ordinal)).ToDictionary(
            name => name[prefix.Length..^suffix.Length] + ".weight",
            name =>
            {
                var rank = (int)file.Tensors[name].Shape[0];
                return new LoraMatrix(rank, alpha / rank, file.ReadSingles(name), file.ReadSingles(name.Replace("lora_A", "lora_B", StringComparison.Ordinal)));
            }));
    }
}
