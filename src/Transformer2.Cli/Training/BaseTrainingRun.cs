using System.Text.Json;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.BaseModel;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>What a training made.</summary>
/// <param name="Output">The folder.</param>
/// <param name="Parameters">Weights.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">Mean loss of the last steps.</param>
internal sealed record BaseTrainingResult(string Output, long Parameters, int Steps, double Loss);

/// <summary>
/// The training of a base model in a folder: <c>training.json</c> says what was asked for, <c>checkpoint.safetensors</c> is there while it
/// is unfinished, <c>loss.csv</c> and <c>loss.svg</c> show its course.
/// </summary>
internal sealed record BaseTrainingRun(string Output, ulong? Seed, int? Steps, int? Threads)
{
    private string Checkpoint => Path.Combine(Output, "checkpoint.safetensors");

    private string Settings => Path.Combine(Output, "training.json");

    /// <exception cref="InputException">The folder holds a finished model, or the checkpoint of another training.</exception>
    public BaseTrainingResult Run(CliHost host, CancellationToken cancellationToken)
    {
        var options = new BaseTrainingOptions();
        options = options with { Seed = Seed ?? options.Seed, Steps = Steps ?? options.Steps };
        Directory.CreateDirectory(Output);
        using var held = Hold();
        Prepare(options);
        TrainingThreads.Use(Threads);
        TokenizerBuilder.Write(Output, options.Seed);
        var tokenizer = TokenizerFile.Load(Output);
        using var model = NanoModel.Initialize(NanoModel.Config(tokenizer.VocabularySize), options.Seed);
        using var trainer = new BaseModelTrainer(model, tokenizer, options);
        using var progress = new TrainingLine(host);
        var curve = new LossCurve(Path.Combine(Output, "loss.csv"), "Training loss of the base model");
        try
        {
            trainer.Run(Checkpoint, curve, progress, cancellationToken: cancellationToken);
        }
        catch (CheckpointException exception)
        {
            throw new InputException($"'{Checkpoint}' cannot be resumed: {exception.Message} Choose another folder, or delete it.");
        }

        ModelFolder.Save(Output, model);
        File.Delete(Checkpoint);
        return new BaseTrainingResult(Output, model.Parameters.Count, options.Steps, curve.Recent);
    }

    // The operating system lets go of it however the process ends.
    private FileStream Hold()
    {
        try
        {
            return new FileStream(
                Path.Combine(Output, "training.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException exception)
        {
            throw new InputException($"Another training runs in '{Output}', or it cannot be written: {exception.Message}");
        }
    }

    private void Prepare(BaseTrainingOptions options)
    {
        var settings = JsonSerializer.SerializeToUtf8Bytes(options, Json.Options);
        if (!File.Exists(Checkpoint))
        {
            if (File.Exists(Path.Combine(Output, "model.safetensors")))
            {
                throw new InputException($"'{Output}' already holds a model: choose another folder.");
            }
        }
        else if (!File.Exists(Settings) || !File.ReadAllBytes(Settings).AsSpan().SequenceEqual(settings))
        {
            throw new InputException($"'{Output}' holds an unfinished training with other settings: choose another folder, or delete its checkpoint.");
        }

        AtomicFile.Write(Settings, settings);
    }
}
