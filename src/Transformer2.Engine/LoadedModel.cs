using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using TorchSharp;

namespace Transformer2.Engine;

/// <summary>A base model ready to run, with its tokenizer.</summary>
internal sealed record LoadedModel(ModelInfo Info, PromptText Text, IModelRunner Runner)
{
    /// <summary>Loads weights and decomposition on the calling thread, which owns the runner from now on.</summary>
    public static LoadedModel Load(EngineOptions options, IProgress<EngineLoadProgress>? progress, CancellationToken cancellationToken)
    {
        torch.set_num_threads(options.Threads ?? Math.Max(1, Environment.ProcessorCount - 1));
        progress?.Report(new EngineLoadProgress("Opening the model", 0, 1));
        using var folder = ModelFolder.Open(options.ModelDirectory);
        var text = new PromptText(ModelTokenizer.Load(options.ModelDirectory));
        progress?.Report(new EngineLoadProgress("Loading the weights", 0, 1));
        var model = folder.Load(torch.ScalarType.Float32);
        var layout = Decomposition.LayoutOf(folder, model);
        var decomposing = new Relay<DecompositionProgress>(step => progress?.Report(
            new EngineLoadProgress(step.FromCache ? "Reading the decomposition" : "Decomposing the projection matrices", step.Done, step.Total)));
        Decomposition.Attach(model, layout, options.DecompositionCacheDirectory, decomposing, cancellationToken);

        var contextLength = Math.Min(options.ContextLength ?? folder.Config.ContextLength, folder.Config.ContextLength);
        var id = options.ModelId ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelDirectory)));
        var info = new ModelInfo(id, layout, contextLength, folder.Config.VocabularySize, model.Parameters.Count);
        return new LoadedModel(info, text, new TorchModelRunner(model, options.MaxSequences, contextLength, options.MaxResidentExperts));
    }

    // Unlike Progress<T>, reports on the calling thread and in order.
    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
