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

    /// <summary>Its place in the expert bank while it runs.</summary>
    public ExpertSlot? Slot { get; set; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength => prompt.Length;

    /// <summary>Positions in the cache.</summary>
    public int Length { get; private set; }

    /// <summary>The prompt is not yet in the cache.</summary>
    public bool IsPrefilling => Length < PromptLength;

    /// <summary>The last token, not yet in the cache.</summary>
    public int LastToken { get; private set; }

    /// <summary>Nobody waits for the answer any more.</summary>
    public bool IsCancelled => cancellation.IsCancellationRequested;

    public ChannelReader<GenerationEvent> Events => _events.Reader;

    /// <summary>The sequence got a row.</summary>
    public void Admit() => _queued = time.GetElapsedTime(_submitted);

    /// <summary>The prompt's next tokens to compute.</summary>
    public int[] NextPromptTokens(int most) => prompt[Length..Math.Min(prompt.Length, Length + most)];

    /// <summary>Tokens went into the cache.</summary>
    public void Advance(int tokens) => Length += tokens;

    /// <summary>Takes the logits after the last token in the cache; sampling changes them in place.</summary>
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
        if (_rest is { } delta) _events.Writer.TryWrite(delta);
        var timings = new GenerationTimings(_queued, _firstToken, time.GetElapsedTime(_submitted));
        _events.Writer.TryWrite(new GenerationCompleted(text.Stopped ? FinishReason.Stop : reason, new TokenUsage(PromptLength, _generated), timings));
        _events.Writer.TryComplete();
    }

    /// <summary>Ends the sequence with an error, or quietly when it was cancelled.</summary>
    public void Fail(Exception? error) => _events.Writer.TryComplete(error);

    private FinishReason? Take(Span<float> logits, IReadOnlySet<int> endOfAnswer, int contextLength)
    {
        var token = sampler.Next(logits);
        if (_generated == 0) _firstToken = time.GetElapsedTime(_submitted);
        if (!Request.IgnoreEndOfAnswer && endOfAnswer.Contains(token)) return FinishReason.Stop;

        LastToken = token;
        _generated++;
        if (text.Append(token) is { } delta) _events.Writer.TryWrite(delta);
        if (text.Stopped) return FinishReason.Stop;
        return _generated == maxTokens || Length + 1 >= contextLength ? FinishReason.Length : null;
    }
}
