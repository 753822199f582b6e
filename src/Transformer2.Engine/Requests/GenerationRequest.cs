using System.Collections.Immutable;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>One prompt with everything that decides its answer.</summary>
public sealed record GenerationRequest : EngineRequest
{
    /// <summary>How the next token is drawn.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Most tokens to generate, at least 1.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>No end-of-answer token and no stop text ends an answer before it has so many tokens.</summary>
    public int MinTokens { get; init; }

    /// <summary>How many of the most probable tokens are reported for each token, with log-probabilities; 0 reports none, not even the token's own.</summary>
    public int Logprobs { get; init; }

    /// <summary>
    /// How many answers to give. Each draws with a seed of its own, the first one with the request's; they share what was computed for the prompt.
    /// </summary>
    public int Answers { get; init; } = 1;

    /// <summary>A token that ends an answer is generated like any other; for measurements.</summary>
    public bool IgnoreEndOfAnswer { get; init; }

    /// <summary>Texts that end the answer; the text itself is not part of the answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}

/// <summary>The text to continue, or the conversation to answer.</summary>
public abstract record Prompt
{
    private Prompt()
    {
    }

    /// <summary>Raw text, continued as it stands. Special tokens in it are plain text.</summary>
    public sealed record Text(string Value) : Prompt;

    /// <summary>Token ids as they are, special ones included: for local tools, never for what a client sends.</summary>
    public sealed record Tokens(IReadOnlyList<int> Ids) : Prompt;

    /// <summary>Messages, rendered with the model's own chat template. Special tokens in their contents are plain text.</summary>
    public sealed record Chat(IReadOnlyList<ChatMessage> Messages) : Prompt
    {
        /// <summary>What the answer begins with: it is continued, and not repeated. Special tokens in it are plain text.</summary>
        public string AnswerPrefix { get; init; } = "";
    }
}

/// <summary>How the next token is drawn from the logits: bias, penalties, temperature, top-k, top-p, min-p, in this order.</summary>
/// <param name="Temperature">0 is greedy.</param>
/// <param name="TopP">Keep the smallest set of tokens with at least this probability, in (0, 1]; 1 keeps all.</param>
/// <param name="TopK">Keep this many most probable tokens, and those equal to the last of them; 0 keeps all.</param>
/// <param name="Seed">Repeats a draw: the same request with the same seed gives the same answer whoever else is in the batch.</param>
public sealed record SamplingOptions(double Temperature = 0, double TopP = 1, int TopK = 0, ulong? Seed = null)
{
    /// <summary>Always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Keep tokens at least this many times as probable as the most probable one, in [0, 1]; 0 keeps all.</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Logits of tokens that occur in prompt or answer are divided by this when positive, multiplied when negative; above 0, 1 changes nothing.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Taken off a token's logit for every time that it occurs in the answer.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Taken off a token's logit once when it occurs in the answer.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Added to the logits of single tokens, before everything else.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = ImmutableDictionary<int, double>.Empty;
}
