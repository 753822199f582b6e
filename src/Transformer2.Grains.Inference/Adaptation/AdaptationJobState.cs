using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>State of an <see cref="AdaptationGrain"/>: everything that changes while the job runs.</summary>
[GenerateSerializer, Alias("t2.AdaptationJobState")]
public sealed record AdaptationJobState
{
    /// <summary>The job; null until created.</summary>
    [Id(0)]
    public AdaptationRecord? Record { get; init; }

    /// <summary>What it was created with, by content.</summary>
    [Id(1)]
    public ContentDigest? Spec { get; init; }

    /// <summary>Whether its expert may replace another.</summary>
    [Id(2)]
    public bool Overwrite { get; init; }

    /// <summary>The experts that it mixes.</summary>
    [Id(3)]
    public ImmutableArray<AdaptationExpert> Experts { get; init; } = [];

    /// <summary>Where the work goes on; its worker knows what it means. Empty once the job has ended.</summary>
    [Id(4)]
    public string Checkpoint { get; init; } = "";

    /// <summary>Number of the last turn; it grows whenever a run must not count any more.</summary>
    [Id(5)]
    public long Turn { get; init; }
}

/// <summary>What a job reads and never changes. Written once, and removed when the job has ended.</summary>
[GenerateSerializer, Alias("t2.AdaptationExamplesState")]
public sealed record AdaptationExamplesState
{
    /// <summary>The job with its examples; null until created.</summary>
    [Id(0)]
    public AdaptationJob? Job { get; init; }
}
