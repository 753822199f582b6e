using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>A local model behind the engine that serves, for commands that score many answers: what they find is what a server does.</summary>
internal sealed class LocalEngine
{
    private const int Rows = 64;
    private const int PromptTokens = 1024;
    private const int OutstandingPerRow = 4;

    private readonly ProgressLine _line;

    private LocalEngine(InferenceEngine engine, ProgressLine line) => (Engine, _line) = (engine, line);

    /// <summary>The engine.</summary>
    public InferenceEngine Engine { get; }

    /// <summary>Loads a model, works with it and ends it.</summary>
    /// <param name="model">Its folder.</param>
    /// <param name="place">Number type and device.</param>
    /// <param name="host">Shows the progress.</param>
    /// <param name="work">What is done with it.</param>
    /// <param name="cancellationToken">Stops the loading.</param>
    /// <param name="threads">Threads to compute with; null takes all cores.</param>
    /// <exception cref="InputException">The model, an expert or a prompt cannot be used.</exception>
    public static async Task<T> UseAsync<T>(
        string model, (string DType, string Device) place, CliHost host, Func<LocalEngine, Task<T>> work, CancellationToken cancellationToken, int? threads = null)
    {
        if (!Directory.Exists(model))
        {
            throw new DirectoryNotFoundException($"There is no folder '{model}'.");
        }

        var options = new EngineOptions
        {
            ModelDirectory = model,
            DecompositionCacheDirectory = DataDirectory.DecompositionCache(host),
            RequireTokenizer = false,
            DType = place.DType,
            Device = place.Device,
            MaxSequences = Rows,
            MaxWaiting = Rows * OutstandingPerRow,
            PrefillChunk = PromptTokens,
            Threads = threads ?? Environment.ProcessorCount,
        };
        try
        {
            using var line = new ProgressLine(host);
            var progress = new ActionProgress<EngineLoadProgress>(step => line.Report(() => $"{step.Phase}: {step.Done} of {step.Total}"));
            await using var engine = await InferenceEngine.LoadAsync(options, NullLogger.Instance, progress, cancellationToken: cancellationToken);
            return await work(new LocalEngine(engine, line));
        }
        catch (Exception exception) when (exception is CheckpointException or PlacementException)
        {
            throw new InputException(exception.Message);
        }
        catch (EngineException exception)
        {
            throw new InputException($"{ReasonName.Of(exception.Reason)}: {exception.Message}");
        }
    }

    /// <summary>Shows how far the work is.</summary>
    public void Report(Func<string> text) => _line.Report(text);

    /// <summary>Refuses a model that takes token ids only.</summary>
    /// <exception cref="InputException">It has no tokenizer.</exception>
    public void RequireTokenizer()
    {
        if (!Engine.HasTokenizer)
        {
            throw new InputException("The model has no tokenizer, and takes token ids only.");
        }
    }

    /// <summary>Reads an expert file for this model; fingerprints may be absent, but not differ.</summary>
    public async Task<ExpertVector> ReadExpertAsync(string path, CancellationToken cancellationToken) =>
        ExpertFile.ReadLenient(await LocalFile.ReadAsync(path, ExpertLimits.Default.MaxFileBytes, cancellationToken), Engine.Model.Layout).Vector;

    /// <summary>Does something for many items, as many at once as keep the batch full.</summary>
    /// <returns>The results in the order of the items.</returns>
    public async Task<TResult[]> ForEachAsync<TItem, TResult>(
        string what, IReadOnlyList<TItem> items, Func<TItem, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        var done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Rows * OutstandingPerRow, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(items.Index(), parallel, async (entry, stopping) =>
        {
            results[entry.Index] = await work(entry.Item, stopping);
            var count = Interlocked.Increment(ref done);
            lock (_line)
            {
                _line.Report(() => $"{what}: {count} of {items.Count}");
            }
        });
        return results;
    }
}
