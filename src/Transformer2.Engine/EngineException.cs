namespace Transformer2.Engine;

/// <summary>A request that the engine cannot serve.</summary>
public sealed class EngineException(EngineError reason, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The kind of failure.</summary>
    public EngineError Reason { get; } = reason;

    /// <summary>When it may be worth while to try again, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>The kinds of failure of an engine.</summary>
public enum EngineError
{
    /// <summary>The prompt has no token.</summary>
    PromptEmpty,

    /// <summary>Prompt and answer do not fit into the context.</summary>
    PromptTooLong,

    /// <summary>The model's vocabulary cannot express the prompt.</summary>
    PromptNotEncodable,

    /// <summary>The model's chat template refused the messages, or the model has none.</summary>
    ChatTemplate,

    /// <summary>A logit bias is for a token that the vocabulary does not have.</summary>
    InvalidLogitBias,

    /// <summary>The mixture of experts cannot be composed.</summary>
    InvalidMixture,

    /// <summary>The waiting queue is full.</summary>
    Overloaded,

    /// <summary>The request's deadline passed before it got a row.</summary>
    DeadlineExceeded,

    /// <summary>The expert (or mixture) drove the model to logits that are not finite.</summary>
    NonFiniteLogits,

    /// <summary>The engine is stopping or its model thread has died.</summary>
    Unavailable,
}
