using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// A row's worth of work on its way through the engine. Touched by the model thread only, but for cancellation and the reading of results.
/// </summary>
/// <param name="row">What a model runner sees of it.</param>
/// <param name="tokens">Tokens that it may come to have in the KV cache.</param>
/// <param name="expert">The composed expert of the request; the identity is the base model.</param>
internal abstract class Sequence(Row row, int tokens, ExpertVector expert)
{
    public abstract EngineRequest Request { get; }

    /// <summary>Which of its request's sequences it is. The first one computes the prompt; the others begin when it has.</summary>
    public int Index { get; protected init; }

    /// <summary>The composed expert of this request; the identity is the base model.</summary>
    public ExpertVector Expert { get; } = expert;

    /// <summary>What a model runner sees of it.</summary>
    public Row Row { get; } = row;

    /// <summary>Blocks of the KV cache that it may come to need.</summary>
    public int BlocksNeeded { get; } = BlocksFor(tokens);

    /// <summary>
    /// The resident expert of the request's first sequence, which the others take too, whatever form newcomers get meanwhile: the answers of a request do not
    /// differ by when they begin. Held until they have begun; null for the first sequence, and without an expert.
    /// </summary>
    public ResidentExpert? Pinned { get; set; }

    /// <summary>Prompt tokens that were found in the KV cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>The key of its last block that can be found by others.</summary>
    public UInt128 PrefixKey { get; set; }

    /// <summary>How many of its blocks can be found by others.</summary>
    public int PublishedBlocks { get; set; }

    /// <summary>Nobody waits for it any more.</summary>
    public abstract bool IsCancelled { get; }

    /// <summary>Whether its deadline has passed. The request's other sequences belong to one that has begun in time.</summary>
    public abstract bool IsLate { get; }

    /// <summary>Blocks that hold so many tokens.</summary>
    public static int BlocksFor(int tokens) => (tokens + Scheduler.BlockTokens - 1) / Scheduler.BlockTokens;

    /// <summary>The request's other sequences. They are made when they are needed, because each has the prompt's tokens.</summary>
    public abstract IReadOnlyList<Sequence> Siblings();

    /// <summary>The sequence got a row.</summary>
    public abstract void Admit();

    /// <summary>Takes the logits that the last piece of it was computed for; they may be changed in place.</summary>
    /// <param name="logits">[wanted positions * vocabulary], finite.</param>
    /// <param name="endOfAnswer">Tokens that end an answer.</param>
    /// <param name="contextLength">Most tokens of a row.</param>
    /// <returns>Why it is over, or null while it is not.</returns>
    public abstract FinishReason? Accept(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength);

    /// <summary>Ends it with its result.</summary>
    public abstract void Finish(FinishReason reason);

    /// <summary>Ends the request with an error, or quietly when it was cancelled.</summary>
    public abstract void Fail(Exception? error);
}
