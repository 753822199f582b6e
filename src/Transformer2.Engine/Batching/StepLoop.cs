using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

/// <summary>
/// Iteration-level batching (Orca, OSDI 2022): every step takes a piece of one waiting prompt and one token of every running sequence,
/// so sequences join and leave between any two steps. Runs on the model thread.
/// </summary>
internal sealed class StepLoop(
    WaitingQueue waiting, IModelRunner runner, EngineOptions options, int contextLength, IReadOnlySet<int> endOfAnswer, ILogger logger)
{
    private readonly Batch _batch = new(runner, options.MaxSequences);
    private volatile int _running;

    /// <summary>Rows in use; may be read by any thread. A sequence whose answer has ended has no row any more.</summary>
    public int Running => _running;

    /// <summary>One step: at most one piece of a prompt, then one token for every decoding row.</summary>
    public void Step()
    {
        foreach (var cancelled in waiting.TakeCancelled()) cancelled.Fail(null);
        foreach (var cancelled in _batch.Rows.Where(sequence => sequence.IsCancelled).ToArray()) Free(cancelled).Fail(null);
        Admit();
        Prefill();
        Decode();
    }

    /// <summary>Ends what runs, because the engine does.</summary>
    public void FailAll(Exception error)
    {
        foreach (var sequence in _batch.Rows) sequence.Fail(error);
        _running = 0;
    }

    private void Admit()
    {
        while (!_batch.IsFull && _batch.Prefilling is null && waiting.Take() is { } sequence)
        {
            try
            {
                _batch.Add(sequence);
            }
            catch (Exception e)
            {
                sequence.Fail(e as EngineException ?? new EngineException(EngineError.Unavailable, "The expert cannot be loaded.", e));
                continue;
            }

            _running = _batch.Count;
            sequence.Admit();
        }
    }

    private void Prefill()
    {
        if (_batch.Prefilling is not { } sequence) return;
        var tokens = sequence.NextPromptTokens(options.PrefillChunk);
        var logits = runner.Prefill(_batch.Count - 1, sequence.Length, tokens, sequence.PromptLength, sequence.Slot);
        sequence.Advance(tokens.Length);
        if (!sequence.IsPrefilling) Accept(sequence, logits);
    }

    private void Decode()
    {
        var rows = _batch.Decoding;
        // A prompt that was completed in this step has its first token, and decodes with the others.
        if (rows.Count == 0) return;
        var logits = runner.Decode([.. rows.Select(row => (row.Length, row.LastToken))], [.. rows.Select(row => row.Slot)]);
        foreach (var row in rows) row.Advance(1);
        foreach (var (i, row) in rows.Index()) Accept(row, logits.AsSpan(i * runner.VocabularySize, runner.VocabularySize));
    }

    private void Accept(Sequence sequence, Span<float> logits)
    {
        if (!AllFinite(logits))
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
        _batch.Remove(sequence);
        _running = _batch.Count;
        return sequence;
    }

    private static bool AllFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value)) return false;
        }

        return true;
    }
}
