using System.Threading.Channels;

namespace Transformer2.Engine;

/// <summary>The answers to one request as one stream of events. It ends with the last answer, or with the first failure.</summary>
/// <param name="answers">How many.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">What the request adds to the engine's metrics; null where nobody measures.</param>
internal sealed class AnswerStream(int answers, TimeProvider time, RequestMetrics? metrics = null)
{
    private readonly Channel<GenerationEvent> _events = Channel.CreateUnbounded<GenerationEvent>(new() { SingleReader = true });
    private readonly long _submitted = time.GetTimestamp();
    private GenerationCompleted? _total;
    private readonly bool _isOneOfSeveral = answers > 1;
    private int _left = answers;
    private volatile bool _hasFailed;

    /// <summary>What happened.</summary>
    public ChannelReader<GenerationEvent> Events => _events.Reader;

    /// <summary>What the request adds to the engine's metrics.</summary>
    public RequestMetrics? Metrics { get; } = metrics;

    /// <summary>Time since the request came.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_submitted);

    /// <summary>One of the answers has failed: nobody waits for the others.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>Whether a time has passed.</summary>
    public bool IsAfter(DateTimeOffset deadline) => time.GetUtcNow() > deadline;

    /// <summary>Reports text.</summary>
    public void Write(TextDelta delta) => _events.Writer.TryWrite(delta);

    /// <summary>An answer has ended.</summary>
    public void Complete(GenerationCompleted answer)
    {
        if (_isOneOfSeveral)
            _events.Writer.TryWrite(new AnswerCompleted(answer.FinishReason, answer.Usage.CompletionTokens, answer.Timings) { Answer = answer.Answer });
        _total = _total is { } others ? Sum(others, answer) : answer with { Answer = 0 };
        if (--_left > 0) return;
        Metrics?.Finished(_total.FinishReason, _total.Timings.Total); // before anybody can see the end
        _events.Writer.TryWrite(_total);
        _events.Writer.TryComplete();
    }

    /// <summary>Ends the request with an error, or quietly when it was cancelled.</summary>
    public void Fail(Exception? error)
    {
        _hasFailed = true;
        Metrics?.Failed(error);
        _events.Writer.TryComplete(error);
    }

    // The prompt counts once, as the first answer found it: the others found what that one computed.
    private static GenerationCompleted Sum(GenerationCompleted others, GenerationCompleted answer) => new(
        answer.FinishReason == FinishReason.Length ? FinishReason.Length : others.FinishReason,
        new TokenUsage(others.Usage.PromptTokens, others.Usage.CompletionTokens + answer.Usage.CompletionTokens)
        {
            CachedPromptTokens = Math.Min(others.Usage.CachedPromptTokens, answer.Usage.CachedPromptTokens),
        },
        new GenerationTimings(
            Least(others.Timings.Queued, answer.Timings.Queued), Least(others.Timings.FirstToken, answer.Timings.FirstToken), answer.Timings.Total));

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
