using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

/// <summary>The thread that owns the model: loads it, steps the batch while there is work, sleeps while there is none.</summary>
internal sealed class ModelThread : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private readonly BlockingCollection<Sequence> _inbox;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EngineStatus _status;

    public ModelThread(EngineOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _inbox = new BlockingCollection<Sequence>(options.MaxWaiting);
        _status = new EngineStatus(0, 0, options.MaxSequences, 0, Faulted: false);
    }

    public EngineStatus Status => _status with { WaitingSequences = _status.WaitingSequences + _inbox.Count };

    /// <summary>Starts the thread and waits until the model is loaded.</summary>
    public Task<LoadedModel> LoadAsync(IProgress<EngineLoadProgress>? progress, CancellationToken cancellationToken)
    {
        var loaded = new TaskCompletionSource<LoadedModel>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(loaded, progress, cancellationToken)) { Name = "model", IsBackground = true }.Start();
        return loaded.Task;
    }

    /// <summary>Hands over a request.</summary>
    /// <exception cref="EngineException">Too many are waiting, or the thread is not running.</exception>
    public void Submit(Sequence sequence)
    {
        if (_stopping.IsCancellationRequested || _ended.Task.IsCompleted) throw Unavailable();
        if (Status.WaitingSequences >= _options.MaxWaiting || !_inbox.TryAdd(sequence))
            throw new EngineException(EngineError.Overloaded, $"{_options.MaxWaiting} requests are waiting already.");
        if (_ended.Task.IsCompleted) sequence.Fail(Unavailable()); // it ended in between: nobody will take this one
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _ended.Task;
    }

    private static EngineException Unavailable() => new(EngineError.Unavailable, "The engine is not running.");

    private void Run(TaskCompletionSource<LoadedModel> loaded, IProgress<EngineLoadProgress>? progress, CancellationToken cancellationToken)
    {
        LoadedModel model;
        try
        {
            model = LoadedModel.Load(_options, progress, cancellationToken);
        }
        catch (Exception e)
        {
            _ended.SetResult();
            loaded.SetException(e);
            return;
        }

        using var runner = model.Runner;
        var loop = new StepLoop(runner, _options, model.Info.ContextLength, model.Text.EndOfAnswer, _logger);
        loaded.SetResult(model);
        var faulted = false;
        try
        {
            Work(loop, runner);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            faulted = true;
            EngineLog.Faulted(_logger, e);
        }

        _status = _status with { WaitingSequences = 0, RunningSequences = 0, Faulted = faulted };
        _ended.SetResult();
        while (_inbox.TryTake(out var sequence)) loop.Enqueue(sequence);
        loop.FailAll(Unavailable());
    }

    private void Work(StepLoop loop, IModelRunner runner)
    {
        while (true)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            if (loop.IsIdle) loop.Enqueue(_inbox.Take(_stopping.Token));
            while (_inbox.TryTake(out var sequence)) loop.Enqueue(sequence);
            loop.Step();
            _status = new EngineStatus(loop.Waiting, loop.Running, _options.MaxSequences, runner.ResidentExperts, Faulted: false);
        }
    }
}
