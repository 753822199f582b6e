namespace Transformer2.Training.Classification;

/// <summary>What is accepted as examples. They may come from anyone.</summary>
public sealed record ClassificationLimits
{
    /// <summary>What applies where nothing else is said.</summary>
    public static ClassificationLimits Default { get; } = new();

    /// <summary>Most examples.</summary>
    public int MaxExamples { get; init; } = 100_000;

    /// <summary>Most bytes of a prompt in UTF-8.</summary>
    public int MaxPromptBytes { get; init; } = 64 << 10;

    /// <summary>Most bytes of all prompts together.</summary>
    public long MaxTotalBytes { get; init; } = 256 << 20;

    /// <summary>Most tokens of a prompt as the model is asked about it; the model's context may allow less.</summary>
    public int MaxPromptTokens { get; init; } = 2048;

    /// <summary>Fewest labels.</summary>
    public int MinLabels { get; init; } = 2;

    /// <summary>Most labels.</summary>
    public int MaxLabels { get; init; } = 64;

    /// <summary>Most UTF-16 units of a label.</summary>
    public int MaxLabelLength { get; init; } = 64;

    /// <summary>Fewest different examples of each label: at least 3, one for every part.</summary>
    public int MinExamplesPerLabel { get; init; } = 4;
}
