using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

/// <summary>A job as its tenant sees it.</summary>
[GenerateSerializer, Immutable, Alias("t2.AdaptationRecord")]
public sealed record AdaptationRecord
{
    /// <summary>Its id.</summary>
    [Id(0)]
    public required AdaptationId Id { get; init; }

    /// <summary>What it does, without the examples.</summary>
    [Id(1)]
    public required AdaptationJob Job { get; init; }

    /// <summary>Id of the expert that it makes.</summary>
    [Id(2)]
    public required ExpertId Expert { get; init; }

    /// <summary>How far it is.</summary>
    [Id(3)]
    public AdaptationState State { get; init; }

    /// <summary>Part that is done, 0 to 1.</summary>
    [Id(4)]
    public double Progress { get; init; }

    /// <summary>What it is doing, for people.</summary>
    [Id(5)]
    public string Phase { get; init; } = "";

    /// <summary>Why it failed.</summary>
    [Id(6)]
    public AdaptationError? Error { get; init; }

    /// <summary>What a search found, or has found so far.</summary>
    [Id(7)]
    public FewShotResult? FewShot { get; init; }

    /// <summary>What a training reached.</summary>
    [Id(8)]
    public ClassifierResult? Classifier { get; init; }

    /// <summary>When it was created.</summary>
    [Id(9)]
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it ended.</summary>
    [Id(10)]
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>How often it was taken up again after an interruption.</summary>
    [Id(11)]
    public int Resumptions { get; init; }

    /// <summary>The course of a training on a data set.</summary>
    [Id(12)]
    public TrainingCourse? Training { get; init; }

    /// <summary>Whether nothing of it changes any more.</summary>
    [JsonIgnore]
    public bool HasEnded => State is not (AdaptationState.Queued or AdaptationState.Running or AdaptationState.Paused);
}

/// <summary>How far a job is.</summary>
[GenerateSerializer, Alias("t2.AdaptationState"), JsonConverter(typeof(JsonStringEnumConverter<AdaptationState>))]
public enum AdaptationState
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>It runs.</summary>
    Running,

    /// <summary>Its expert is in the library.</summary>
    Succeeded,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It was cancelled.</summary>
    Cancelled,

    /// <summary>It waits to be resumed.</summary>
    Paused,

    /// <summary>Its expert is in the library, in quarantine.</summary>
    Quarantined,
}

/// <summary>Why a job failed.</summary>
/// <param name="Reason">One of <see cref="ErrorReason"/>.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="Metadata">Facts for programs.</param>
[GenerateSerializer, Immutable, Alias("t2.AdaptationError")]
public sealed record AdaptationError(
    [property: Id(0)] string Reason,
    [property: Id(1)] string Message,
    [property: Id(2)] ImmutableDictionary<string, string> Metadata)
{
    /// <summary>What a refusal says.</summary>
    public static AdaptationError Of(PlatformException refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return new(refusal.Reason, refusal.Message, refusal.Metadata);
    }
}

/// <summary>A job at one moment; the version changes whenever the record does.</summary>
[GenerateSerializer, Immutable, Alias("t2.VersionedAdaptation")]
public sealed record VersionedAdaptation([property: Id(0)] long Version, [property: Id(1)] AdaptationRecord Adaptation);
