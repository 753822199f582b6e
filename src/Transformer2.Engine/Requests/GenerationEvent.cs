namespace Transformer2.Engine;

/// <summary>What a generation reports, in order: any number of deltas, then one completion.</summary>
public abstract record GenerationEvent;

/// <summary>New text. Never half a character; <paramref name="TokenIds"/> are the tokens that produced it.</summary>
public sealed record TextDelta(string Text, IReadOnlyList<int> TokenIds) : GenerationEvent;

/// <summary>The end of the answer.</summary>
public sealed record GenerationCompleted(FinishReason FinishReason, TokenUsage Usage, GenerationTimings Timings) : GenerationEvent;

/// <summary>Why a generation ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its answer, or a stop text appeared.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,
}

/// <summary>Tokens counted.</summary>
public sealed record TokenUsage(int PromptTokens, int CompletionTokens)
{
    /// <summary>Prompt tokens that an earlier request of the tenant had computed.</summary>
    public int CachedPromptTokens { get; init; }
}

/// <summary>Time from submission.</summary>
/// <param name="Queued">Until the request got a row in the batch.</param>
/// <param name="FirstToken">Until the first token (TTFT).</param>
/// <param name="Total">Until the end.</param>
public sealed record GenerationTimings(TimeSpan Queued, TimeSpan FirstToken, TimeSpan Total);
