namespace Transformer2.Experts;

/// <summary>What an expert file may hold.</summary>
public sealed record ExpertLimits
{
    /// <summary>The platform's limits.</summary>
    public static ExpertLimits Default { get; } = new();

    /// <summary>Largest file in bytes.</summary>
    public int MaxFileBytes { get; init; } = 64 << 20;

    /// <summary>Largest magnitude of a multiplier.</summary>
    public float MaxMagnitude { get; init; } = 1000;

    /// <summary>Limits of the header.</summary>
    public SafetensorsLimits Header { get; init; } = SafetensorsLimits.Expert;
}
