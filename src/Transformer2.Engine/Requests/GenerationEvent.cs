namespace Transformer2.Engine;

/// <summary>
/// What a generation reports, in order: any number of deltas, then one <see cref="GenerationCompleted"/>. Where a request asks for several answers
/// their deltas mix, and an <see cref="AnswerCompleted"/> follows the last delta of each.
/// </summary>
public abstract record GenerationEvent
{
    /// <summary>Which answer it is about, from 0; 0 for the end of all.</summary>
    public int Answer { get; init; }
}

/// <summary>New text. Never half a character; <paramref name="TokenIds"/> are the tokens that produced it.</summary>
public sealed record TextDelta(string Text, IReadOnlyList<int> TokenIds) : GenerationEvent
{
    /// <summary>One for each token, where the request asks for them.</summary>
    public IReadOnlyList<TokenLogprobs> Logprobs { get; init; } = [];
}

/// <summary>The end of one of several answers.</summary>
public sealed record AnswerCompleted(FinishReason FinishReason, int CompletionTokens, GenerationTimings Timings) : GenerationEvent;

/// <summary>
/// The end of the answer, or of all answers: their tokens summed (the prompt's counted once), <see cref="FinishReason.Length"/> if any ended so, the
/// first one's beginning and the last one's end.
/// </summary>
public sealed record GenerationCompleted(FinishReason FinishReason, TokenUsage Usage, GenerationTimings Timings) : GenerationEvent
{
    /// <summary>The token by which the model ended the answer, which is none of the answer's; null where it ended otherwise, and for several answers.</summary>
    public int? EndToken { get; init; }
}

/// <summary>How probable a token was, and which ones were most.</summary>
/// <param name="Token">The token.</param>
/// <param name="Top">The most probable ones, as many as the request asks for, in falling order; the token may be one of them.</param>
public sealed record TokenLogprobs(TokenLogprob Token, IReadOnlyList<TokenLogprob> Top);

/// <summary>A token's natural log-probability in the model's own distribution, before bias, penalties, temperature and filters.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Text">Its text by itself; bytes that are part of a character become U+FFFD.</param>
/// <param name="Logprob">The log-probability.</param>
public sealed record TokenLogprob(int TokenId, string Text, double Logprob);

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
