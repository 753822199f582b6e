using System.Threading.Channels;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>One request on its way through the engine. Touched by the model thread only, but for cancellation and the reading of events.</summary>
internal sealed class Sequence(
    GenerationRequest request, int[] prompt, ExpertVector expert, Sampler sampler, AnswerText text, int maxTokens, TimeProvider time, CancellationToken cancellation)
{
    private readonly Channel<GenerationEvent> _events = Channel.CreateUnbounded<GenerationEvent>(new() { SingleReader = true, SingleWriter = true });
    private readonly long _submitted = time.GetTimestamp();
    private TimeSpan _queued;
    private TimeSpan _firstToken;
    private int _generated;
    private TextDelta? _rest;

    public GenerationRequest Request { get; } = request;

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

    /// <summary>What it adds to the engine's metrics.</summary>
    public RequestMetrics? Metrics { get; init; }

    /// <summary>Nobody waits for the answer any more.</summary>
    public bool IsCancelled => cancellation.IsCancellationRequested;

    public ChannelReader<GenerationEvent> Events => _events.Reader;

    /// <summary>Whether its deadline has passed.</summary>
    public bool IsLate => Request.Deadline is { } deadline && time.GetUtcNow() > deadline;

    /// <summary>Blocks that hold so many tokens.</summary>
    public static int BlocksFor(int tokens) => (tokens + Scheduler.BlockTokens - 1) / Scheduler.BlockTokens;

    /// <summary>The sequence got a row.</summary>
    public void Admit()
    {
        _queued = time.GetElapsedTime(_submitted);
        Metrics?.Admitted(_queued, CachedTokens);
    }

    /// <summary>Takes the logits after its last token; sampling changes them in place.</summary>
    /// <returns>Why the answer is over, or null while it is not.</returns>
    public FinishReason? Accept(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var reason = Take(logits, endOfAnswer, contextLength);
        if (reason is not null) _rest = text.Finish();
        return reason;
    }

    /// <summary>Ends the sequence with its completion.</summary>
    public void Finish(FinishReason reason)
    {
        if (text.Stopped) reason = FinishReason.Stop;
        var timings = new GenerationTimings(_queued, _firstToken, time.GetElapsedTime(_submitted));
        Metrics?.Finished(reason, timings.Total); // before anybody can see the end
        if (_rest is { } delta) _events.Writer.TryWrite(delta);
        var usage = new TokenUsage(Row.PromptLength, _generated) { CachedPromptTokens = CachedTokens };
        _events.Writer.TryWrite(new GenerationCompleted(reason, usage, timings));
        _events.Writer.TryComplete();
    }

    /// <summary>Ends the sequence with an error, or quietly when it was cancelled.</summary>
    public void Fail(Exception? error)
    {
        Metrics?.Failed(error);
        _events.Writer.TryComplete(error);
    }

    private FinishReason? Take(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var token = sampler.Next(logits);
        var elapsed = time.GetElapsedTime(_submitted);
        if (_generated == 0) _firstToken = elapsed;
        Metrics?.Drawn(elapsed);
        if (!Request.IgnoreEndOfAnswer && endOfAnswer.Contains(token)) return FinishReason.Stop;

        Row.Tokens.Add(token);
        _generated++;
        Metrics?.Generated();
        if (text.Append(token) is { } delta) _events.Writer.TryWrite(delta);
        if (text.Stopped) return FinishReason.Stop;
        return _generated == maxTokens || Row.Length + 1 >= contextLength ? FinishReason.Length : null;
    }
}
