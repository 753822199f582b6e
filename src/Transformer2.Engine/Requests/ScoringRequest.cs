namespace Transformer2.Engine;

/// <summary>
/// Asks how probable given continuations of a prompt are (teacher forcing). Nothing is generated: the prompt is computed once, and the continuations
/// with it, as prefill.
/// </summary>
public sealed record ScoringRequest : EngineRequest
{
    /// <summary>Most continuations of a request.</summary>
    public const int MaxContinuations = 256;

    /// <summary>What may come after the prompt, 1 to <see cref="MaxContinuations"/>.</summary>
    public required IReadOnlyList<Continuation> Continuations { get; init; }

    /// <summary>
    /// Generations that begin in the same step, in the hope that the scores will ask for one of them. One that cannot begin, because there is no room or
    /// because of itself, is left out.
    /// </summary>
    public IReadOnlyList<GenerationRequest> Speculations { get; init; } = [];
}

/// <summary>A text that may come after a prompt. Special tokens in it are plain text.</summary>
/// <param name="Text">The text; together with the prompt it is encoded as one.</param>
/// <param name="EndsAnswer">Whether the end of the answer follows and is scored too: whichever end the model finds most probable.</param>
public sealed record Continuation(string Text, bool EndsAnswer = false)
{
    /// <summary>Token ids as they are, special ones included, instead of a text; null where the text counts.</summary>
    public IReadOnlyList<int>? TokenIds { get; private init; }

    /// <summary>Token ids as they are, special ones included: for local tools, never for what a client sends.</summary>
    public static Continuation OfTokens(IReadOnlyList<int> ids) => new("") { TokenIds = ids };
}

/// <summary>How probable the continuations are.</summary>
/// <param name="Scores">One for each, in the request's order.</param>
/// <param name="PromptTokens">Tokens that all continuations have before them.</param>
/// <param name="CachedPromptTokens">Of these, what an earlier request of the tenant had computed.</param>
/// <param name="Queued">From submission until the request got a row.</param>
/// <param name="Total">From submission until the scores.</param>
public sealed record ScoringResult(IReadOnlyList<ContinuationScore> Scores, int PromptTokens, int CachedPromptTokens, TimeSpan Queued, TimeSpan Total)
{
    /// <summary>The request's speculations that have begun. The caller's: each is to be read or disposed.</summary>
    public IReadOnlyList<BegunGeneration> Speculations { get; init; } = [];
}

/// <summary>How probable a continuation is.</summary>
/// <param name="Tokens">Its tokens from the first one in which the request's continuations differ from the prompt on.</param>
public sealed record ContinuationScore(IReadOnlyList<TokenScore> Tokens)
{
    /// <summary>Its natural log-probability given the prompt.</summary>
    public double Logprob => Tokens.Sum(token => token.Logprob);

    /// <summary>The greedy answer to the prompt begins with it.</summary>
    public bool IsGreedy => Tokens.All(token => token.IsMostProbable);
}

/// <summary>How probable a token is after those before it, in the model's own distribution.</summary>
/// <param name="TokenId">The token.</param>
/// <param name="Logprob">Its natural log-probability.</param>
/// <param name="IsMostProbable">No other token is more probable, nor equally probable with a smaller id.</param>
public readonly record struct TokenScore(int TokenId, double Logprob, bool IsMostProbable);
