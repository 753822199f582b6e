using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>
/// What a generation reports: who answers, any number of deltas, then one completion. Deltas of several answers mix, and each answer's end follows its last one.
/// </summary>
[GenerateSerializer, Immutable, Alias("t2.GenerationEvent")]
public abstract record GenerationEventRecord
{
    private GenerationEventRecord()
    {
    }

    /// <summary>Who answers, and why.</summary>
    [GenerateSerializer, Immutable, Alias("t2.GenerationEvent.Dispatched")]
    public sealed record Dispatched([property: Id(0)] DispatchOutcome Outcome) : GenerationEventRecord;

    /// <summary>New text, never half a character, and the tokens that produced it.</summary>
    [GenerateSerializer, Immutable, Alias("t2.GenerationEvent.Delta")]
    public sealed record Delta(
        [property: Id(0)] string Text,
        [property: Id(1)] ImmutableArray<int> TokenIds) : GenerationEventRecord
    {
        /// <summary>Which answer it belongs to, from 0.</summary>
        [Id(2)]
        public int Answer { get; init; }

        /// <summary>One for each token where they were asked for, or empty.</summary>
        [Id(3)]
        public ImmutableArray<TokenLogprobsRecord> Logprobs { get; init; } = [];
    }

    /// <summary>The end of one of several answers.</summary>
    [GenerateSerializer, Immutable, Alias("t2.GenerationEvent.AnswerCompleted")]
    public sealed record AnswerCompleted(
        [property: Id(0)] int Answer,
        [property: Id(1)] GenerationEnd End,
        [property: Id(2)] int CompletionTokens,
        [property: Id(3)] TimeSpan Queued,
        [property: Id(4)] TimeSpan FirstToken,
        [property: Id(5)] TimeSpan Total) : GenerationEventRecord;

    /// <summary>The end of the answer, or of all. Times count from the engine's acceptance.</summary>
    [GenerateSerializer, Immutable, Alias("t2.GenerationEvent.Completed")]
    public sealed record Completed(
        [property: Id(0)] GenerationEnd End,
        [property: Id(1)] int PromptTokens,
        [property: Id(2)] int CompletionTokens,
        [property: Id(3)] TimeSpan Queued,
        [property: Id(4)] TimeSpan FirstToken,
        [property: Id(5)] TimeSpan Total) : GenerationEventRecord
    {
        /// <summary>Prompt tokens that an earlier request of the tenant had computed.</summary>
        [Id(6)]
        public int CachedPromptTokens { get; init; }
    }
}

/// <summary>A token's log-probability, and the most probable tokens in its place, in falling order.</summary>
[GenerateSerializer, Immutable, Alias("t2.TokenLogprobs")]
public sealed record TokenLogprobsRecord(
    [property: Id(0)] TokenLogprobRecord Token,
    [property: Id(1)] ImmutableArray<TokenLogprobRecord> Top);

/// <summary>A token, its text by itself, and its natural log-probability.</summary>
[GenerateSerializer, Immutable, Alias("t2.TokenLogprob")]
public sealed record TokenLogprobRecord(
    [property: Id(0)] int TokenId,
    [property: Id(1)] string Text,
    [property: Id(2)] double Logprob);

/// <summary>Why an answer ended.</summary>
[GenerateSerializer, Alias("t2.GenerationEnd")]
public enum GenerationEnd
{
    /// <summary>The model ended it, or a stop text appeared.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,
}
