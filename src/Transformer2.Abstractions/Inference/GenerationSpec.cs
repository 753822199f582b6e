using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>One prompt and how to answer it, already validated. Either <see cref="Text"/> or <see cref="Messages"/> is set.</summary>
[GenerateSerializer, Immutable, Alias("t2.GenerationSpec")]
public sealed record GenerationSpec
{
    /// <summary>Names the request in logs.</summary>
    [Id(0)]
    public required string RequestId { get; init; }

    /// <summary>Text to continue.</summary>
    [Id(1)]
    public string? Text { get; init; }

    /// <summary>Conversation to answer.</summary>
    [Id(2)]
    public ImmutableArray<ChatTurn> Messages { get; init; } = [];

    /// <summary>Most tokens to generate.</summary>
    [Id(3)]
    public required int MaxTokens { get; init; }

    /// <summary>0 is greedy.</summary>
    [Id(4)]
    public double Temperature { get; init; }

    /// <summary>Smallest set of tokens with this probability.</summary>
    [Id(5)]
    public double TopP { get; init; } = 1;

    /// <summary>Most probable tokens to keep; 0 keeps all.</summary>
    [Id(6)]
    public int TopK { get; init; }

    /// <summary>Repeats a draw.</summary>
    [Id(7)]
    public ulong? Seed { get; init; }

    /// <summary>Texts that end the answer.</summary>
    [Id(8)]
    public ImmutableArray<string> Stop { get; init; } = [];

    /// <summary>Tokens at least this many times as probable as the most probable one.</summary>
    [Id(9)]
    public double MinP { get; init; }

    /// <summary>Weakens tokens of prompt and answer; 1 changes nothing.</summary>
    [Id(10)]
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken off a token's logit for every time that it was generated.</summary>
    [Id(11)]
    public double FrequencyPenalty { get; init; }

    /// <summary>Taken off a token's logit once it was generated.</summary>
    [Id(12)]
    public double PresencePenalty { get; init; }

    /// <summary>Added to the logits of single tokens.</summary>
    [Id(13)]
    public ImmutableDictionary<int, double> LogitBias { get; init; } = ImmutableDictionary<int, double>.Empty;

    /// <summary>How urgent it is.</summary>
    [Id(14)]
    public GenerationPriority Priority { get; init; }

    /// <summary>Refused when it could not begin by then; null waits as long as it takes.</summary>
    [Id(15)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Nothing ends an answer before it has so many tokens.</summary>
    [Id(16)]
    public int MinTokens { get; init; }

    /// <summary>Most probable tokens to report for each token, with log-probabilities; 0 reports none.</summary>
    [Id(17)]
    public int Logprobs { get; init; }

    /// <summary>How many answers to give.</summary>
    [Id(18)]
    public int Answers { get; init; } = 1;
}

/// <summary>How urgent a request is. A class gets rows only when no higher one waits.</summary>
[GenerateSerializer, Alias("t2.GenerationPriority")]
public enum GenerationPriority
{
    /// <summary>Somebody waits for the answer.</summary>
    Interactive,

    /// <summary>Many prompts that are wanted soon.</summary>
    Batch,

    /// <summary>What may wait for idle time.</summary>
    Background,
}

/// <summary>One message of a conversation.</summary>
[GenerateSerializer, Immutable, Alias("t2.ChatTurn")]
public sealed record ChatTurn([property: Id(0)] string Role, [property: Id(1)] string Content);
