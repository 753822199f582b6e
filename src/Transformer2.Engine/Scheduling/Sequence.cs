using System.Buffers;
using System.Threading.Channels;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>
/// One answer on its way through the engine. Touched by the model thread only, but for cancellation and the reading of events.
/// </summary>
internal sealed class Sequence(
    GenerationRequest request, int[] prompt, ExpertVector expert, Sampler sampler, AnswerText text, int maxTokens, AnswerStream stream, CancellationToken cancellation)
{
    private TimeSpan _queued;
    private TimeSpan _firstToken;
    private TimeSpan? _lastToken;
    private int _generated;
    private TextDelta? _rest;

    public GenerationRequest Request { get; } = request;

    /// <summary>Which of the request's answers it is. Answer 0 computes the prompt; the others begin when it has.</summary>
    public int Answer { get; private init; }

    /// <summary>The composed expert of this request; the identity is the base model.</summary>
    public ExpertVector Expert { get; } = expert;

    /// <summary>What a model runner sees of it.</summary>
    public Row Row { get; } = new(prompt);

    /// <summary>Blocks of the KV cache that it may come to need.</summary>
    public int BlocksNeeded { get; } = BlocksFor(prompt.Length + maxTokens - 1);

    /// <summary>Prompt tokens that were found in the KV cache.</summary>
    public int CachedTokens { get; set; }

    /// <summary>The key of its last block that can be found by others.</summary>
    public UInt128 PrefixKey { get; set; }

    /// <summary>How many of its blocks can be found by others.</summary>
    public int PublishedBlocks { get; set; }

    /// <summary>Nobody waits for the answer any more.</summary>
    public bool IsCancelled => cancellation.IsCancellationRequested || stream.HasFailed;

    /// <summary>Whether its deadline has passed. The request's other answers belong to one that has begun in time.</summary>
    public bool IsLate => Answer == 0 && Request.Deadline is { } deadline && stream.IsAfter(deadline);

    /// <summary>The events of all answers to the request.</summary>
    public ChannelReader<GenerationEvent> Events => stream.Events;

    /// <summary>Blocks that hold so many tokens.</summary>
    public static int BlocksFor(int tokens) => (tokens + Scheduler.BlockTokens - 1) / Scheduler.BlockTokens;

    /// <summary>The sequences of the request's other answers. They are made when they are needed, because each has the prompt's tokens.</summary>
    public IReadOnlyList<Sequence> Siblings() => Answer > 0 || Request.Answers == 1 ? [] : [.. Enumerable.Range(1, Request.Answers - 1).Select(Sibling)];

    /// <summary>The sequence got a row.</summary>
    public void Admit()
    {
        _queued = stream.Elapsed;
        if (Answer == 0) stream.Metrics?.Admitted(_queued, CachedTokens);
    }

    /// <summary>Takes the logits after its last token; sampling changes them in place.</summary>
    /// <returns>Why the answer is over, or null while it is not.</returns>
    public FinishReason? Accept(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var reason = Take(logits, endOfAnswer, contextLength);
        if (reason is not null) _rest = text.Finish();
        return reason;
    }

    /// <summary>Ends the answer with its completion.</summary>
    public void Finish(FinishReason reason)
    {
        Write(_rest);
        var timings = new GenerationTimings(_queued, _firstToken, stream.Elapsed);
        var usage = new TokenUsage(Row.PromptLength, _generated) { CachedPromptTokens = CachedTokens };
        stream.Complete(new GenerationCompleted(text.Stopped ? FinishReason.Stop : reason, usage, timings) { Answer = Answer });
    }

    /// <summary>Ends the request with an error, or quietly when it was cancelled.</summary>
    public void Fail(Exception? error) => stream.Fail(error);

    private Sequence Sibling(int answer) =>
        new(Request, prompt, Expert, sampler.Sibling(answer), text.Sibling(), maxTokens, stream, cancellation) { Answer = answer };

    private FinishReason? Take(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var mayEnd = Request.IgnoreEndOfAnswer || _generated >= Request.MinTokens;
        var (token, logprobs) = Next(logits, forbidden: mayEnd ? null : endOfAnswer);
        Drawn(stream.Elapsed);
        if (!Request.IgnoreEndOfAnswer && endOfAnswer.Contains(token)) return FinishReason.Stop;

        Row.Tokens.Add(token);
        _generated++;
        stream.Metrics?.Generated();
        Write(text.Append(token, logprobs));
        if (text.Stopped) return FinishReason.Stop;
        return _generated == maxTokens || Row.Length + 1 >= contextLength ? FinishReason.Length : null;
    }

    // Any token, be it one that only ends the answer.
    private void Drawn(TimeSpan now)
    {
        if (_lastToken is { } last) stream.Metrics?.NextToken(now - last);
        else _firstToken = now;
        if (Answer == 0 && _lastToken is null) stream.Metrics?.FirstToken(now);
        _lastToken = now;
    }

    private (int Token, TokenLogprobs? Logprobs) Next(Span<float> logits, IReadOnlySet<int>? forbidden)
    {
        if (Request.Logprobs == 0) return (sampler.Next(logits, forbidden), null);
        var raw = ArrayPool<float>.Shared.Rent(logits.Length);
        try
        {
            logits.CopyTo(raw);
            var token = sampler.Next(logits, forbidden);
            return (token, Logprobs.Of(raw.AsSpan(0, logits.Length), token, Request.Logprobs, text.TextOf));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(raw);
        }
    }

    private void Write(TextDelta? delta)
    {
        if (delta is not null) stream.Write(Answer == 0 ? delta : delta with { Answer = Answer });
    }
}
