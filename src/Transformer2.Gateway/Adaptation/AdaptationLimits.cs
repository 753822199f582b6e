namespace Transformer2.Gateway;

/// <summary>Bounds of adaptation requests, checked before any work. They are part of the contract in adaptation.proto.</summary>
public static class AdaptationLimits
{
    /// <summary>Most examples of a search.</summary>
    public const int Examples = 1000;

    /// <summary>Most labelled prompts of a training.</summary>
    public const int LabelledPrompts = 100_000;

    /// <summary>Fewest labelled prompts of a training.</summary>
    public const int FewestLabelledPrompts = 8;

    /// <summary>Most bytes of UTF-8 of a prompt or an answer.</summary>
    public const int TextBytes = 65_536;

    /// <summary>Most experts to mix.</summary>
    public const int Experts = 16;

    /// <summary>Longest name of a strategy; which there are, the search knows.</summary>
    public const int StrategyLength = 64;

    /// <summary>Most candidates of a generation.</summary>
    public const int Population = 1024;

    /// <summary>Most generations.</summary>
    public const int Generations = 1000;

    /// <summary>Most steps of a training.</summary>
    public const int Steps = 10_000;
}
