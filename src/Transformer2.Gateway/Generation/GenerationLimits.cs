namespace Transformer2.Gateway;

/// <summary>Bounds of a generation request, checked before any work. They are part of the contract in generation.proto.</summary>
public static class GenerationLimits
{
    /// <summary>Most bytes of UTF-8 of a prompt, or of all messages together.</summary>
    public const int PromptBytes = 1 << 20;

    /// <summary>Most messages.</summary>
    public const int Messages = 256;

    /// <summary>Longest role.</summary>
    public const int RoleLength = 64;

    /// <summary>Most answers to one prompt.</summary>
    public const int Answers = 16;

    /// <summary>Most alternatives with log-probabilities for each token.</summary>
    public const int Logprobs = 20;

    /// <summary>Most tokens that may be asked for, of all answers together.</summary>
    public const int MaxTokens = 65_536;

    /// <summary>Tokens when none are asked for.</summary>
    public const int DefaultTokens = 128;

    /// <summary>Highest temperature.</summary>
    public const double Temperature = 2;

    /// <summary>Largest top-k.</summary>
    public const int TopK = 1_000_000;

    /// <summary>Smallest repetition penalty.</summary>
    public const double LeastRepetitionPenalty = 0.01;

    /// <summary>Largest repetition penalty.</summary>
    public const double RepetitionPenalty = 100;

    /// <summary>Largest magnitude of the frequency and presence penalties.</summary>
    public const double Penalty = 2;

    /// <summary>Most tokens with a bias.</summary>
    public const int BiasedTokens = 1024;

    /// <summary>Largest magnitude of a bias.</summary>
    public const double Bias = 100;

    /// <summary>Most stop texts.</summary>
    public const int StopTexts = 16;

    /// <summary>Longest stop text.</summary>
    public const int StopLength = 256;

    /// <summary>Longest request id.</summary>
    public const int RequestIdLength = 128;
}
