using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;

namespace Transformer2.Grains.Inference;

/// <summary>A float32 copy of the base model on the CPU, with its decomposition: what gradients are computed with.</summary>
internal sealed class TrainingModel : IDisposable
{
    private TrainingModel(Decoder decoder, ExpertLayout layout) => (Decoder, Layout) = (decoder, layout);

    /// <summary>The model.</summary>
    public Decoder Decoder { get; }

    /// <summary>What an expert for it looks like.</summary>
    public ExpertLayout Layout { get; }

    /// <summary>Loads it.</summary>
    public static TrainingModel Load(TrainingOptions options, CancellationToken cancellationToken)
    {
        using var folder = ModelFolder.Open(options.ModelDirectory);
        var decoder = folder.Load(Placement.Default.DTypeFor(folder), Placement.Default.Device, progress: null, cancellationToken);
        try
        {
            Decomposition.Attach(decoder, folder, options.DecompositionDirectory, progress: null, cancellationToken);
            return new(decoder, Decomposition.LayoutOf(folder));
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Decoder.Dispose();
}
