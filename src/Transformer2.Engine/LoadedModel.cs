using Microsoft.Extensions.Logging;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>A base model ready to run, with its tokenizer.</summary>
internal sealed record LoadedModel(ModelInfo Info, PromptText Text, IModelRunner Runner, int CacheBlocks, ModelConfig Config)
{
    /// <summary>Loads weights and decomposition on the calling thread, which owns the runner from now on.</summary>
    public static LoadedModel Load(EngineOptions options, ILogger logger, IProgress<EngineLoadProgress>? progress, CancellationToken cancellationToken)
    {
        torch.set_num_threads(options.Threads ?? Math.Max(1, Environment.ProcessorCount - 1));
        progress?.Report(new EngineLoadProgress("Opening the model", 0, 1));
        var placement = Placement.Parse(options.DType, options.Device);
        using var folder = ModelFolder.Open(options.ModelDirectory);
        var tokenizer = options.RequireTokenizer || HasTokenizer(options.ModelDirectory) ? ModelTokenizer.Load(options.ModelDirectory) : null;
        var contextLength = Math.Min(options.ContextLength ?? folder.Config.ContextLength, folder.Config.ExtendedContextLength);
        var dtype = placement.DTypeFor(folder);
        Check(folder.Config, tokenizer);
        RunnerChoice.Check(options, placement, dtype);
        var blocks = CacheSize.Blocks(folder.Config, options, contextLength, (int)dtype.ElementSize());

        var loading = new Relay<WeightProgress>(step => progress?.Report(new EngineLoadProgress("Loading the weights", step.Tensors, step.TotalTensors)));
        var model = folder.Load(dtype, placement.Device, loading, cancellationToken);
        try
        {
            var layout = Decomposition.LayoutOf(folder);
            var decomposing = new Relay<DecompositionProgress>(step => progress?.Report(
                new EngineLoadProgress(step.FromCache ? "Reading the decomposition" : "Decomposing the projection matrices", step.Done, step.Total)));
            if (options.Decompose) Decomposition.Attach(model, folder, options.DecompositionCacheDirectory, decomposing, cancellationToken);

            var id = options.ModelId ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelDirectory)));
            var info = new ModelInfo(id, layout, contextLength, folder.Config.VocabularySize, model.Parameters.Count);
            var runner = RunnerChoice.Create(options, model, blocks, logger);
            return new LoadedModel(info, new PromptText(tokenizer, options.ModelDirectory, info.VocabularySize), runner, blocks, folder.Config);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static bool HasTokenizer(string directory) =>
        File.Exists(Path.Combine(directory, "tokenizer.json")) || File.Exists(Path.Combine(directory, "tokenizer.model"));

    /// <summary>What the prefix in the KV cache of a sequence with a row depends on besides its tokens.</summary>
    public UInt128 PrefixRoot(Sequence sequence) => PrefixKey.Root(
        Info.Layout.BaseModel,
        sequence.Request.Tenant,
        sequence.Row.Expert?.FormKey ?? sequence.Expert.Digest,
        Config.RopeScaling is DynamicRopeScaling && sequence.Row.PromptLength > Config.ContextLength ? sequence.Row.PromptLength : 0);

    // What would otherwise end the model thread, or the process, in the middle of its work.
    private static void Check(ModelConfig config, ModelTokenizer? tokenizer)
    {
        if (tokenizer is not null && tokenizer.Tokenizer.VocabularySize > config.VocabularySize)
        {
            throw new CheckpointException(
                $"The tokenizer has ids up to {tokenizer.Tokenizer.VocabularySize - 1}; the model has an embedding for {config.VocabularySize} only.");
        }
    }

    // Unlike Progress<T>, reports on the calling thread and in order.
    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
