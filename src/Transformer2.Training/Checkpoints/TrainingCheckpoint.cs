using System.Globalization;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Training.Checkpoints;

/// <summary>The whole state of a training at a step: parameters and optimizer state, in one file that is replaced atomically.</summary>
public static class TrainingCheckpoint
{
    private const string StepKey = "t2.step";

    /// <summary>Writes the state.</summary>
    public static void Save(string path, int step, IEnumerable<KeyValuePair<string, Tensor>> state) =>
        SafetensorsWriter.Write(
            path,
            state.Select(entry => entry.Value.ToTensorData(entry.Key)),
            new Dictionary<string, string> { [StepKey] = step.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Reads the state into the given tensors.</summary>
    /// <returns>The step, or null when there is no checkpoint.</returns>
    /// <exception cref="CheckpointException">The file is of another training.</exception>
    public static int? TryRestore(string path, IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        if (!File.Exists(path)) return null;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var file = SafetensorsFile.Open(path);
        foreach (var (name, tensor) in state)
        {
            if (!file.Tensors.TryGetValue(name, out var info) || !info.Shape.SequenceEqual(tensor.shape))
                throw new CheckpointException($"{path} is a checkpoint of another training: {name} does not fit. Choose another output folder or delete it.");
            tensor.copy_(file.ReadTensor(name));
        }

        return int.Parse(file.Metadata[StepKey], CultureInfo.InvariantCulture);
    }
}
