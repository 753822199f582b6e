using System.Globalization;

namespace Transformer2.Cli;

/// <summary>A second base model.</summary>
/// <param name="Parameters">Its weights.</param>
/// <param name="Loss">Mean loss of the last steps.</param>
internal sealed record SecondBase(long Parameters, double Loss);

/// <summary>Trains another base model of the same shape, on another corpus of the same kind and from other weights, as <c>t2 train base</c> does. Goes on from its checkpoint.</summary>
/// <param name="steps">Steps; fewer than the bundled model had.</param>
/// <param name="seed">Names corpus and weights.</param>
internal sealed class SecondBaseUnit(int steps, ulong seed) : LabUnit<SecondBase>
{
    /// <summary>Steps.</summary>
    public int Steps => steps;

    /// <summary>Names corpus and weights.</summary>
    public ulong Seed => seed;

    /// <inheritdoc/>
    public override string Name => "train second base";

    /// <inheritdoc/>
    public override object Settings => new { steps, seed };

    /// <inheritdoc/>
    public override double Effort => steps * 0.9;

    /// <summary>The model's folder.</summary>
    public string ModelFolder(LabRun run) => Path.Combine(run.Store.FolderOf(this), "model");

    /// <inheritdoc/>
    protected override Task<SecondBase> ResultAsync(LabRun run, CancellationToken cancellationToken)
    {
        var folder = ModelFolder(run);
        var checkpoint = Path.Combine(folder, "checkpoint.safetensors");
        // A process that ended between the model and the result: the model is complete, and nothing else would be computed.
        if (!File.Exists(checkpoint) && File.Exists(Path.Combine(folder, "model.safetensors")))
        {
            var losses = File.ReadLines(Path.Combine(folder, "loss.csv")).Skip(1).Select(line => double.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)).ToArray();
            var parameters = LocalFolder.Use(folder, model => model.Load(TorchSharp.torch.ScalarType.Float32, TorchSharp.torch.CPU, null, cancellationToken).Parameters.Count);
            return Task.FromResult(new SecondBase(parameters, losses.TakeLast(25).Average()));
        }

        var trained = new BaseTrainingRun(folder, seed, steps, run.Threads).Run(run.Host, cancellationToken);
        return Task.FromResult(new SecondBase(trained.Parameters, trained.Loss));
    }
}
