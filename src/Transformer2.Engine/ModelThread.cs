using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

/// <summary>The thread that owns the model: loads it, steps the batch while there is work, sleeps while there is none.</summary>
internal sealed class ModelThread : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly WaitingQueue _waiting;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile StepLoop? _loop;
    private volatile int _residentExperts;
    private volatile int _mergedExperts;
    private volatile int _cacheBlocks;
    private volatile int _maxCacheBlocks;
    private volatile bool _faulted;

    public ModelThread(EngineOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _logger = logger;
        _time = time;
        _waiting = new WaitingQueue(options.MaxWaiting, time);
        Metrics = new EngineMetrics(options.MetricLabelValues, () => Status);
    }

    /// <summary>What the engine tells about itself, as long as this lives.</summary>
    public EngineMetrics Metrics { get; }

    public EngineStatus Status => new(
        _waiting.Count, _loop?.Running ?? 0, _options.MaxSequences, _residentExperts, _cacheBlocks, _maxCacheBlocks, _faulted)
    {
        MergedExperts = _mergedExperts,
    };

    /// <summary>Starts the thread and waits until the model is loaded.</summary>
    public Task<LoadedModel> LoadAsync(IProgress<EngineLoadProgress>? progress, CancellationToken cancellationToken)
    {
        var loaded = new TaskCompletionSource<LoadedModel>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(loaded, progress, cancellationToken)) { Name = "model", IsBackground = true }.Start();
        return loaded.Task;
    }

    /// <summary>Hands over a request, and with it what is to begin in the same step if there is room.</summary>
    /// <exception cref="EngineException">Too many are waiting, or the thread is not running.</exception>
    public void Submit(Sequence sequence, IReadOnlyList<Sequence> along) => _waiting.Add(sequence, along);

    /// <summary>Ends what runs and waits until the model's memory is free.</summary>
    public async ValueTask DisposeAsync()
    {
        FailAll(_waiting.Close());
        await _ended.Task;
        Metrics.Dispose();
    }

    private static void FailAll(IReadOnlyList<Sequence> sequences)
    {
        foreach (var sequence in sequences) sequence.Fail(Unavailable());
    }

    private static EngineException Unavailable() => new(EngineError.Unavailable, "The engine is not running.");

    private void Run(TaskCompletionSource<LoadedModel> loaded, IProgress<EngineLoadProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var model = LoadedModel.Load(_options, _logger, progress, cancellationToken);
            using var runner = new RetryingRunner(model.Runner, _logger);
            using var bank = new ExpertBank(runner.Load, _options.MaxResidentExperts, runner.FindMerged);
            var pool = new BlockPool(model.CacheBlocks, runner.Clear);
            _maxCacheBlocks = pool.Count;
            var limits = new SchedulerLimits(_options.MaxSequences, _options.PrefillChunk, _options.PrefixCaching ? model.PrefixRoot : null);
            _loop = new StepLoop(
                _waiting, new Scheduler(_waiting, bank, pool, limits), runner, model.Info.ContextLength, model.Text.EndOfAnswer, _time, _logger, Metrics);
            loaded.SetResult(model);
            Work(_loop, bank, pool, runner);
        }
        catch (Exception e) when (!loaded.Task.IsCompleted)
        {
            Metrics.Dispose();
            loaded.SetException(e);
        }
        finally
        {
            _ended.SetResult();
        }
    }

    private void Work(StepLoop loop, ExpertBank bank, BlockPool pool, IModelRunner runner)
    {
        try
        {
            while (_waiting.IsOpen(wait: loop.Running == 0))
            {
                loop.Step();
                _residentExperts = bank.Count;
                _mergedExperts = runner.MergedExperts;
                _cacheBlocks = pool.Count - pool.Available;
            }
        }
        catch (Exception e)
        {
            _faulted = true;
            EngineLog.Faulted(_logger, e);
        }

        FailAll(_waiting.Close());
        loop.FailAll(Unavailable());
    }
}
