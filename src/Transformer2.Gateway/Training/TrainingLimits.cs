namespace Transformer2.Gateway;

/// <summary>Bounds of training requests, checked before any work. They are part of the contract in training.proto.</summary>
public static class TrainingLimits
{
    /// <summary>Most steps.</summary>
    public const int Steps = 10_000;

    /// <summary>Most prompts of a step.</summary>
    public const int Prompts = 256;

    /// <summary>Most answers drawn for a prompt.</summary>
    public const int Samples = 64;

    /// <summary>Most tokens of an answer.</summary>
    public const int AnswerTokens = 1024;

    /// <summary>Most steps between two looks, and most looks of patience.</summary>
    public const int Looks = 1000;

    /// <summary>Most of the divergence in the loss.</summary>
    public const double KlCoefficient = 10;

    /// <summary>Highest temperature.</summary>
    public const double Temperature = 2;

    /// <summary>Longest name of a verifier; which there are, the trainer knows.</summary>
    public const int VerifierLength = 64;

    /// <summary>Most bytes of UTF-8 of a verifier's argument.</summary>
    public const int ArgumentBytes = 65_536;
}
