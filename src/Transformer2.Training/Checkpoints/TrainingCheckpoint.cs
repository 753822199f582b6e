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
    /// <param name="path">The file.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="state">Tensors by name.</param>
    /// <param name="notes">Further entries of the file's metadata.</param>
    public static void Save(string path, int step, IEnumerable<KeyValuePair<string, Tensor>> state, IReadOnlyDictionary<string, string>? notes = null) =>
        SafetensorsWriter.Write(
            path,
            state.Select(entry => entry.Value.ToTensorData(entry.Key)),
            new Dictionary<string, string>(notes ?? new Dictionary<string, string>()) { [StepKey] = step.ToString(CultureInfo.InvariantCulture) });

    /// <summary>Reads the state into the given tensors.</summary>
    /// <param name="path">The file.</param>
    /// <param name="state">Tensors by name, of the shapes that were saved.</param>
    /// <param name="readNotes">Is given the step and the file's metadata before anything is changed; may refuse it.</param>
    /// <returns>The step, or null when there is no checkpoint.</returns>
    /// <exception cref="CheckpointException">The file is damaged or of another training; the tensors are as they were.</exception>
    public static int? TryRestore(
        string path, IEnumerable<KeyValuePair<string, Tensor>> state, Action<int, IReadOnlyDictionary<string, string>>? readNotes = null)
    {
        if (!File.Exists(path)) return null;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        try
        {
            using var file = SafetensorsFile.Open(path);
            var step = Check(file, state);
            readNotes?.Invoke(step, file.Metadata);
            foreach (var (name, tensor) in state) tensor.copy_(file.ReadTensor(name));
            return step;
        }
        catch (SafetensorsException e)
        {
            throw new CheckpointException($"{path} is not a checkpoint: {e.Message}", e);
        }
    }

    // Everything, before anything is changed.
    private static int Check(SafetensorsFile file, IEnumerable<KeyValuePair<string, Tensor>> state)
    {
        foreach (var (name, tensor) in state)
        {
            if (!file.Tensors.TryGetValue(name, out var info) || info.DType != SafetensorsDType.F32 || !info.Shape.SequenceEqual(tensor.shape))
                throw new CheckpointException($"The checkpoint is of another training: {name} does not fit.");
        }

        return file.Metadata.TryGetValue(StepKey, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : throw new CheckpointException("The checkpoint does not tell its step.");
    }
}
