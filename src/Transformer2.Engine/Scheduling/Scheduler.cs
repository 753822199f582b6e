using System.Runtime.InteropServices;

namespace Transformer2.Engine;

/// <summary>
/// Decides who runs and what a step computes. A sequence is admitted when a row is free and the KV cache has the blocks that it may come
/// to need, so that none that runs ever has to wait or start again. Used by the model thread only.
/// </summary>
internal sealed class Scheduler
{
    /// <summary>Tokens per block of the KV cache.</summary>
    public const int BlockTokens = 32;

    /// <summary>Prompt tokens that a step takes however slow they are: few, because rows that decode wait for them.</summary>
    private const int LeastPromptTokens = 8;

    /// <summary>Tokens of a step whose logits may be wanted: a vocabulary of numbers each.</summary>
    private const int MostLogits = 128;

    private readonly WaitingQueue _waiting;
    private readonly ExpertBank _bank;
    private readonly BlockPool _pool;
    private readonly SchedulerLimits _limits;
    private readonly StepBudget _budget;
    private readonly List<Sequence> _running = [];
    private readonly List<Piece> _pieces = [];
    private readonly List<Sequence> _stepped = [];
    private int _reserved; // blocks that running sequences may still come to need

    public Scheduler(WaitingQueue waiting, ExpertBank bank, BlockPool pool, SchedulerLimits limits)
    {
        (_waiting, _bank, _pool, _limits) = (waiting, bank, pool, limits);
        _budget = new StepBudget(limits.PromptTokens, LeastPromptTokens);
    }

    /// <summary>The running sequences, longest running first.</summary>
    public IReadOnlyList<Sequence> Running => _running;

    /// <summary>Prompt tokens of the last plan that are in the KV cache.</summary>
    public int PromptTokens { get; private set; }

    /// <summary>Gives rows to waiting sequences.</summary>
    /// <returns>Sequences that cannot be served, with the reason.</returns>
    public IReadOnlyList<(Sequence Sequence, EngineException Error)> Admit()
    {
        List<(Sequence, EngineException)> refused = [];
        while (_running.Count < _limits.Rows && _waiting.Peek() is { } next)
        {
            try
            {
                if (!TryReserve(next)) break;
            }
            catch (Exception e)
            {
                if (!_waiting.TryTake(next)) break;
                _waiting.Ended(next);
                Unpin(next);
                refused.Add((next, e as EngineException ?? new EngineException(EngineError.Unavailable, "The expert cannot be loaded.", e)));
                continue;
            }

            _running.Add(next);
            if (_waiting.TryTake(next))
            {
                Unpin(next);
                next.Admit();
                continue;
            }

            // It gave its place up, or the queue was closed, while it was looked at.
            Withdraw(next);
            break;
        }

        return refused;
    }

    /// <summary>What the next step computes: a token of every row that decodes, and as much of the prompts as the budget has.</summary>
    public IReadOnlyList<Piece> Plan()
    {
        PromptTokens = 0;
        _pieces.Clear();
        _stepped.Clear();
        foreach (var sequence in _running)
        {
            if (sequence.Row.Remaining == 1) Add(sequence, 1);
        }

        var left = _budget.PromptTokens(_pieces.Count);
        var logits = Math.Max(_limits.Rows, MostLogits) - _pieces.Count;
        foreach (var sequence in _running)
        {
            if (left == 0) break;
            if (sequence.Row.Remaining == 1) continue;
            var piece = new Piece(sequence.Row, Math.Min(left, sequence.Row.Remaining));
            var count = piece.Count - Math.Max(0, piece.Wanted - logits);
            if (count == 0) continue;
            Add(sequence, count);
            logits -= _pieces[^1].Wanted;
            left -= count;
        }

        return _pieces;
    }

    /// <summary>The sequence of a piece of the last plan.</summary>
    public Sequence SequenceOf(int piece) => _stepped[piece];

    /// <summary>
    /// A piece of the last plan is in the KV cache. With the last piece of a request's prompt its other sequences come into the queue: they find
    /// the prompt's full blocks in the cache.
    /// </summary>
    public void Advance(int piece)
    {
        var (sequence, count) = (_stepped[piece], _pieces[piece].Count);
        var prompt = Math.Clamp(sequence.Row.PromptLength - sequence.Row.Length, 0, count);
        PromptTokens += prompt;
        _waiting.Charge(sequence, prompt + ((count - prompt) * FairShares.AnswerCost));
        sequence.Row.Length += count;
        if (_limits.PrefixRoot is not null) Publish(sequence);
        if (prompt == 0 || sequence.Row.Length < sequence.Row.PromptLength) return;
        if (sequence.Siblings() is not { Count: > 0 } siblings) return;
        foreach (var sibling in siblings) sibling.Pinned = ExpertBank.Share(sequence.Row.Expert);
        if (!_waiting.TryAddBegun(siblings)) sequence.Fail(new EngineException(EngineError.Unavailable, "The engine is not running."));
    }

    /// <summary>A sequence that waited has its expert, or needs none any more.</summary>
    public static void Unpin(Sequence sequence)
    {
        ExpertBank.Release(sequence.Pinned);
        sequence.Pinned = null;
    }

    /// <summary>Takes note of what the last plan took.</summary>
    public void Observe(TimeSpan elapsed)
    {
        var decoding = _pieces.Count(piece => piece.Count == 1);
        _budget.Observe(decoding, _pieces.Sum(piece => piece.Count) - decoding, elapsed);
    }

    /// <summary>Takes a sequence's row, blocks and expert back.</summary>
    public void Free(Sequence sequence)
    {
        Withdraw(sequence);
        _waiting.Ended(sequence);
    }

    private void Withdraw(Sequence sequence)
    {
        _running.Remove(sequence);
        _reserved -= sequence.BlocksNeeded - sequence.Row.Blocks.Count;
        Release(sequence);
    }

    private bool TryReserve(Sequence sequence)
    {
        if (sequence.BlocksNeeded > _pool.Count) throw new EngineException(EngineError.PromptTooLong, "Prompt and answer do not fit into the KV cache.");
        sequence.Row.Expert = sequence.Pinned is { } pinned ? ExpertBank.Share(pinned) : _bank.Acquire(sequence.Expert);
        SharePrefix(sequence);
        if (_pool.Available - _reserved < sequence.BlocksNeeded - sequence.Row.Blocks.Count)
        {
            Release(sequence);
            return false;
        }

        _reserved += sequence.BlocksNeeded - sequence.Row.Blocks.Count;
        return true;
    }

    private void Release(Sequence sequence)
    {
        // The end of a prefix goes first: its beginning is of use to more requests.
        for (var i = sequence.Row.Blocks.Count - 1; i >= 0; i--) _pool.Release(sequence.Row.Blocks[i]);
        sequence.Row.Blocks.Clear();
        sequence.Row.Length = sequence.PublishedBlocks = 0;
        ExpertBank.Release(sequence.Row.Expert);
        sequence.Row.Expert = null;
    }

    // The prompt's first blocks that are there already. Tokens whose logits are wanted are computed in any case.
    private void SharePrefix(Sequence sequence)
    {
        if (_limits.PrefixRoot is not { } root) return;
        var row = sequence.Row;
        sequence.PrefixKey = root(sequence);
        var tokens = CollectionsMarshal.AsSpan(row.Tokens);
        while (row.Length + BlockTokens <= row.LogitsFrom)
        {
            var key = PrefixKey.Next(sequence.PrefixKey, tokens.Slice(row.Length, BlockTokens));
            if (!_pool.TryShare(key, out var block)) break;
            row.Blocks.Add(block);
            row.Length += BlockTokens;
            sequence.PrefixKey = key;
            sequence.PublishedBlocks++;
        }

        sequence.CachedTokens = row.Length;
    }

    private void Publish(Sequence sequence)
    {
        var row = sequence.Row;
        while ((sequence.PublishedBlocks + 1) * BlockTokens <= row.Length)
        {
            var tokens = CollectionsMarshal.AsSpan(row.Tokens).Slice(sequence.PublishedBlocks * BlockTokens, BlockTokens);
            sequence.PrefixKey = PrefixKey.Next(sequence.PrefixKey, tokens);
            _pool.Publish(row.Blocks[sequence.PublishedBlocks++], sequence.PrefixKey);
        }
    }

    private void Add(Sequence sequence, int count)
    {
        var row = sequence.Row;
        while (row.Blocks.Count * BlockTokens < row.Length + count)
        {
            row.Blocks.Add(_pool.Take());
            _reserved--;
        }

        _pieces.Add(new Piece(row, count));
        _stepped.Add(sequence);
    }
}

/// <summary>What a scheduler may give out.</summary>
/// <param name="Rows">Most running sequences.</param>
/// <param name="PromptTokens">Most prompt tokens of a step.</param>
/// <param name="PrefixRoot">What a sequence's prefix depends on besides its tokens; null shares nothing.</param>
internal sealed record SchedulerLimits(int Rows, int PromptTokens, Func<Sequence, UInt128>? PrefixRoot);
