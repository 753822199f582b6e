using System.Collections.Immutable;
using System.Text.Json.Serialization;

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
    [property: Id(4)] string Etag)
{
    /// <summary>The gates of its training that it did not pass, for people. With any it answers nobody.</summary>
    [Id(5)]
    public ImmutableArray<string> Quarantine { get; init; } = [];

    /// <summary>The questions that it was made with; null when that is not known.</summary>
    [Id(6)]
    public SeenQuestions? Seen { get; init; }

    /// <summary>Whether it answers nobody.</summary>
    [JsonIgnore]
    public bool IsQuarantined => !Quarantine.IsDefaultOrEmpty;
}

/// <summary>Questions that an expert was trained with, or chosen by: nothing that it is measured on may be among them.</summary>
/// <param name="Digest">The <see cref="QuestionList"/> in the <see cref="IQuestionBlobStore"/>.</param>
/// <param name="Count">How many.</param>
[GenerateSerializer, Immutable, Alias("t2.SeenQuestions")]
public sealed record SeenQuestions([property: Id(0)] ContentDigest Digest, [property: Id(1)] int Count);

/// <summary>What a job says of the expert that it puts into a library.</summary>
/// <param name="Token">Names the job: whatever is published with it again is the same publication, and changes nothing.</param>
[GenerateSerializer, Immutable, Alias("t2.ExpertPublication")]
public sealed record ExpertPublication([property: Id(0)] string Token)
{
    /// <summary>As of <see cref="ExpertRecord.Quarantine"/>.</summary>
    [Id(1)]
    public ImmutableArray<string> Quarantine { get; init; } = [];

    /// <summary>As of <see cref="ExpertRecord.Seen"/>; the list is stored already.</summary>
    [Id(2)]
    public SeenQuestions? Seen { get; init; }
}

/// <summary>A page of experts ordered by id; <paramref name="Last"/> is the id to continue after, null at the end.</summary>
[GenerateSerializer, Immutable, Alias("t2.ExpertPage")]
public sealed record ExpertPage(
    [property: Id(0)] ImmutableArray<ExpertRecord> Experts,
    [property: Id(1)] string? Last);

/// <summary>Ids and contents of a whole library at one version.</summary>
[GenerateSerializer, Immutable, Alias("t2.LibrarySnapshot")]
public sealed record LibrarySnapshot(
    [property: Id(0)] long Version,
    [property: Id(1)] ImmutableDictionary<ExpertId, ContentDigest> Experts)
{
    /// <summary>Of these, which answer nobody.</summary>
    [Id(2)]
    public ImmutableHashSet<ExpertId> Quarantined { get; init; } = [];
}
