using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>What a generation reports: any number of deltas, then one completion.</summary>
[GenerateSerializer, Immutable, Alias("t2.GenerationEvent")]
public abstract record GenerationEventRecord
{
    private GenerationEventRecord()
    {
    }

    /// <summary>New text, never half a character, and the tokens that produced it.</summary>
    [GenerateSerializer, Immutable, Alias("t2.GenerationEvent.Delta")]
    public sealed record Delta(
        [property: Id(0)] string Text,
        [property: Id(1)] ImmutableArray<int> TokenIds) : GenerationEventRecord;

    /// <summary>The end of the answer. Times count from the engine's acceptance.</summary>
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

/// <summary>Why an answer ended.</summary>
[GenerateSerializer, Alias("t2.GenerationEnd")]
public enum GenerationEnd
{
    /// <summary>The model ended it, or a stop text appeared.</summary>
    Stop,

    /// <summary>The token limit or the end of the context was reached.</summary>
    Length,
}
