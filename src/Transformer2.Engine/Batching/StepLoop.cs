using Microsoft.Extensions.Logging;

namespace Transformer2.Engine;

/// <summary>
/// Iteration-level batching (Orca, OSDI 2022): every step takes a piece of one waiting prompt and one token of every running sequence,
/// so sequences join and leave between any two steps. Runs on the model thread.
/// </summary>
internal sealed class StepLoop(IModelRunner runner, EngineOptions options, int contextLength, IReadOnlySet<int> endOfAnswer, ILogger logger)
{
    private readonly Batch _batch = new(runner, options.MaxSequences);
    private readonly Queue<Sequence> _waiting = new();

    public int Waiting => _waiting.Count;

    public int Running => _batch.Count;

    public bool IsIdle => _waiting.Count == 0 && _batch.Count == 0;

    public void Enqueue(Sequence sequence) => _waiting.Enqueue(sequence);

    /// <summary>One step: at most one piece of a prompt, then one token for every decoding row.</summary>
    public void Step()
    {
        foreach (var cancelled in _batch.Rows.Where(sequence => sequence.IsCancelled).ToArray()) End(cancelled, error: null);
        Admit();
        Prefill();
        Decode();
    }

    /// <summary>Ends everything, for example because the engine stops.</summary>
    public void FailAll(Exception error)
    {
        foreach (var sequence in _waiting.Concat(_batch.Rows)) sequence.Fail(error);
        _waiting.Clear();
    }

    private void Admit()
    {
        while (_waiting.Count > 0 && (_waiting.Peek().IsCancelled || (!_batch.IsFull && _batch.Prefilling is null)))
        {
            var sequence = _waiting.Dequeue();
            if (sequence.IsCancelled)
            {
                sequence.Fail(null);
                continue;
            }

            try
            {
                _batch.Add(sequence);
                sequence.Admit();
            }
            catch (EngineException e)
            {
                sequence.Fail(e);
            }
        }
    }

    private void Prefill()
    {
        if (_batch.Prefilling is not { } sequence) return;
        var tokens = sequence.NextPromptTokens(options.PrefillChunk);
        var logits = runner.Prefill(_batch.Count - 1, sequence.Length, tokens, sequence.Slot);
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

    private void Accept(Sequence sequence, ReadOnlySpan<float> logits)
    {
        if (!AllFinite(logits))
        {
            EngineLog.NonFiniteLogits(logger, sequence.Request.RequestId);
            End(sequence, new EngineException(EngineError.NonFiniteLogits, "The expert drives the model to values that are not finite."));
        }
        else if (sequence.Accept(logits, endOfAnswer, contextLength))
        {
            End(sequence, error: null);
        }
    }

    private void End(Sequence sequence, Exception? error)
    {
        sequence.Fail(error);
        _batch.Remove(sequence);
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
