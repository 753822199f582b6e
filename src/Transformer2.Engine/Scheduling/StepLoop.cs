using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

/// <summary>
/// Iteration-level batching (Orca, OSDI 2022): every step computes one token of every row that decodes and pieces of prompts, so sequences
/// join and leave between any two steps. Runs on the model thread.
/// </summary>
internal sealed class StepLoop(
    WaitingQueue waiting, Scheduler scheduler, IModelRunner runner, int contextLength, IReadOnlySet<int> endOfAnswer, TimeProvider time, ILogger logger,
    EngineMetrics? metrics = null)
{
    /// <summary>Steps of which nothing could be computed, one after the other, that end the engine.</summary>
    private const int MostFailedSteps = 3;

    private readonly List<Sequence> _gone = [];
    private int _failedSteps;
    private volatile int _running;

    /// <summary>Rows in use; may be read by any thread. A sequence whose answer has ended has no row any more.</summary>
    public int Running => _running;

    /// <summary>One step.</summary>
    /// <exception cref="Exception">The runner does not compute any more.</exception>
    public void Step()
    {
        FreeCancelled();
        foreach (var (sequence, error) in scheduler.Admit()) sequence.Fail(error);
        _running = scheduler.Running.Count;
        if (_running == 0) return;

        var started = time.GetTimestamp();
        var pieces = scheduler.Plan();
        if (TryRun(pieces, out var logits)) Accept(pieces, logits);
        else RunOneByOne([.. pieces]);
        var elapsed = time.GetElapsedTime(started);
        scheduler.Observe(elapsed);
        metrics?.Step(elapsed, pieces.Count, scheduler.PromptTokens);
    }

    /// <summary>Ends what runs, because the engine does.</summary>
    public void FailAll(Exception error)
    {
        foreach (var sequence in scheduler.Running) sequence.Fail(error);
        _running = 0;
    }

    private void FreeCancelled()
    {
        foreach (var sequence in waiting.TakeAll(static sequence => sequence.IsCancelled || sequence.IsLate))
        {
            Scheduler.Unpin(sequence);
            sequence.Fail(sequence.IsCancelled ? null : new EngineException(EngineError.DeadlineExceeded, "The deadline passed before the request could begin."));
        }

        _gone.Clear();
        foreach (var sequence in scheduler.Running)
        {
            if (sequence.IsCancelled) _gone.Add(sequence);
        }

        foreach (var sequence in _gone) Free(sequence).Fail(null);
    }

    private bool TryRun(IReadOnlyList<Piece> pieces, out Span<float> logits)
    {
        try
        {
            logits = runner.Run(pieces);
            _failedSteps = 0;
            return true;
        }
        catch (Exception e)
        {
            EngineLog.StepFailed(logger, e, pieces.Count);
            logits = [];
            return false;
        }
    }

    private void Accept(IReadOnlyList<Piece> pieces, Span<float> logits)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            var size = pieces[i].Wanted * runner.VocabularySize;
            scheduler.Advance(i);
            if (size == 0) continue;
            Accept(scheduler.SequenceOf(i), logits[..size]);
            logits = logits[size..];
        }
    }

    // What makes a step fail is mostly one of its rows; the others must not pay for it.
    private void RunOneByOne(Piece[] pieces)
    {
        Exception? last = null;
        var computed = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            var sequence = scheduler.SequenceOf(i);
            try
            {
                var logits = runner.Run([pieces[i]]);
                computed++;
                scheduler.Advance(i);
                if (logits.Length > 0) Accept(sequence, logits);
            }
            catch (Exception e)
            {
                last = e;
                EngineLog.RequestFailed(logger, e, sequence.Request.RequestId);
                Free(sequence).Fail(new EngineException(EngineError.Unavailable, "The model could not compute this request.", e));
            }
        }

        _failedSteps = computed > 0 ? 0 : _failedSteps + 1;
        if (_failedSteps >= MostFailedSteps) throw new InvalidOperationException("The model does not compute any more.", last);
    }

    private void Accept(Sequence sequence, Span<float> logits)
    {
        if (!Scores.AllFinite(logits))
        {
            EngineLog.NonFiniteLogits(logger, sequence.Request.RequestId);
            Free(sequence).Fail(new EngineException(EngineError.NonFiniteLogits, "The expert drives the model to values that are not finite."));
            return;
        }

        // What goes wrong with one answer's sampling or text must not touch the others.
        Exception? error = null;
        FinishReason? reason = null;
        try
        {
            reason = sequence.Accept(logits, endOfAnswer, contextLength);
        }
        catch (Exception e)
        {
            EngineLog.RequestFailed(logger, e, sequence.Request.RequestId);
            error = e;
        }

        if (error is not null) Free(sequence).Fail(error);
        else if (reason is { } over) Free(sequence).Finish(over);
    }

    private Sequence Free(Sequence sequence)
    {
        scheduler.Free(sequence);
        _running = scheduler.Running.Count;
        return sequence;
    }
}
