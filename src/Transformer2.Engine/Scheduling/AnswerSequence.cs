using System.Buffers;
using System.Threading.Channels;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>One answer: draws a token from the logits after its last one, until it is over.</summary>
internal sealed class AnswerSequence(
    GenerationRequest request, int[] prompt, ExpertVector expert, Sampler sampler, AnswerText text, int maxTokens, AnswerStream stream, CancellationToken cancellation)
    : Sequence(new Row(prompt), prompt.Length + maxTokens - 1, expert)
{
    private TimeSpan _queued;
    private TimeSpan _firstToken;
    private TimeSpan? _lastToken;
    private int _generated;
    private int? _endToken;
    private TextDelta? _rest;

    public override GenerationRequest Request { get; } = request;

    public override bool IsCancelled => cancellation.IsCancellationRequested || stream.HasFailed;

    public override bool IsLate => Index == 0 && Request.Deadline is { } deadline && stream.IsAfter(deadline);

    /// <summary>The events of all answers to the request.</summary>
    public ChannelReader<GenerationEvent> Events => stream.Events;

    public override IReadOnlyList<Sequence> Siblings() =>
        Index > 0 || Request.Answers == 1 ? [] : [.. Enumerable.Range(1, Request.Answers - 1).Select(Sibling)];

    public override void Admit()
    {
        _queued = stream.Elapsed;
        if (Index == 0) stream.Metrics?.Admitted(_queued, CachedTokens);
    }

    public override FinishReason? Accept(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var reason = Take(logits, endOfAnswer, contextLength);
        if (reason is not null) _rest = text.Finish();
        return reason;
    }

    public override void Finish(FinishReason reason)
    {
        Write(_rest);
        var timings = new GenerationTimings(_queued, _firstToken, stream.Elapsed);
        var usage = new TokenUsage(Row.PromptLength, _generated) { CachedPromptTokens = CachedTokens };
        stream.Complete(new GenerationCompleted(text.Stopped ? FinishReason.Stop : reason, usage, timings)
        {
            Answer = Index,
            EndToken = Request.Answers == 1 ? _endToken : null,
        });
    }

    public override void Fail(Exception? error) => stream.Fail(error);

    private AnswerSequence Sibling(int answer) =>
        new(Request, prompt, Expert, sampler.Sibling(answer), text.Sibling(), maxTokens, stream, cancellation) { Index = answer };

    private FinishReason? Take(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var mayEnd = Request.IgnoreEndOfAnswer || _generated >= Request.MinTokens;
        var (token, logprobs) = Next(logits, forbidden: mayEnd ? null : endOfAnswer);
        Drawn(stream.Elapsed);
        if (!Request.IgnoreEndOfAnswer && endOfAnswer.Contains(token))
        {
            _endToken = token;
            return FinishReason.Stop;
        }

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
        if (Index == 0 && _lastToken is null) stream.Metrics?.FirstToken(now);
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
        if (delta is not null) stream.Write(Index == 0 ? delta : delta with { Answer = Index });
    }
}
