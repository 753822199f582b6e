using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>What an expert file holds, read from the validated file.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertContent")]
public sealed record ExpertContent
{
    /// <summary>The file's identity.</summary>
    [Id(0)]
    public required ContentDigest Digest { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    [Id(1)]
    public required long SizeBytes { get; init; }

    /// <summary>Number of multipliers over all matrices.</summary>
    [Id(2)]
    public required long ParameterCount { get; init; }

    /// <summary>Number of matrices adapted.</summary>
    [Id(3)]
    public required int MatrixCount { get; init; }

    /// <summary>Fingerprint of the base model that it fits.</summary>
    [Id(4)]
    public required string BaseFingerprint { get; init; }

    /// <summary>Fingerprint of the decomposition that it fits.</summary>
    [Id(5)]
    public required string DecompositionFingerprint { get; init; }

    /// <summary>Which parts of the model it adapts, as stated.</summary>
    [Id(6)]
    public string Modules { get; init; } = "";

    /// <summary>What it was trained for, as stated.</summary>
    [Id(7)]
    public string Task { get; init; } = "";

    /// <summary>A description, as stated.</summary>
    [Id(8)]
    public string Description { get; init; } = "";
}

/// <summary>An expert of a tenant's library.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertRecord")]
public sealed record ExpertRecord(
    [property: Id(0)] ExpertId Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] ExpertContent Content,
    [property: Id(3)] DateTimeOffset CreateTime,
    [property: Id(4)] string Etag);

/// <summary>A page of experts ordered by id; <paramref name="Last"/> is the id to continue after, null at the end.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertPage")]
public sealed record ExpertPage(
    [property: Id(0)] ImmutableArray<ExpertRecord> Experts,
    [property: Id(1)] string? Last);

/// <summary>Ids and contents of a whole library at one version.</summary>
[GenerateSerializer, Immutable, Alias("t2.LibrarySnapshot")]
public sealed record LibrarySnapshot(
    [property: Id(0)] long Version,
    [property: Id(1)] ImmutableDictionary<ExpertId, ContentDigest> Experts);
