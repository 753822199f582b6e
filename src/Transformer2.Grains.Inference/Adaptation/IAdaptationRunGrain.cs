using System.Collections.Immutable;
using Orleans.Concurrency;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>
/// A job as the node sees that runs it; the key is <see cref="AdaptationKey"/>. Every turn has a number, and only the last one counts: a run that has lost
/// its turn, because the job was paused, or because another node has it now, changes nothing any more.
/// </summary>
[Alias("t2.IAdaptationRunGrain"), GrainInterfaceType("t2.IAdaptationRunGrain")]
public interface IAdaptationRunGrain : IGrainWithStringKey, ITenantOwnedGrain
{
    /// <summary>The job's turn has come.</summary>
    /// <returns>What to do; null when it has ended, or is paused.</returns>
    [Alias("Begin")]
    Task<AdaptationWork?> Begin();

    /// <summary>Keeps how far the job is: from here it goes on after a restart.</summary>
    /// <returns>False when the turn is over.</returns>
    [Alias("Advance")]
    Task<bool> Advance(long turn, AdaptationAdvance advance);

    /// <summary>Shows how far the job is, without keeping it.</summary>
    [Alias("Report"), OneWay]
    Task Report(long turn, double progress, TrainingNews? training);

    /// <summary>Puts the job's expert into the library, and ends the job: as succeeded, or failed when the library refuses the expert.</summary>
    [Alias("Complete")]
    Task Complete(long turn, AdaptationProduct product);

    /// <summary>The job cannot be done.</summary>
    [Alias("Fail")]
    Task Fail(long turn, AdaptationError error);

    /// <summary>Whether the job has not ended: whoever leaves it cleans up otherwise.</summary>
    [Alias("IsOpen")]
    Task<bool> IsOpen();
}

/// <summary>What is to be done for a job.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The job.</param>
/// <param name="Job">With its examples.</param>
/// <param name="Experts">The experts that it mixes.</param>
/// <param name="Checkpoint">Where to go on from.</param>
[GenerateSerializer, Immutable, Alias("t2.AdaptationWork")]
public sealed record AdaptationWork(
    [property: Id(0)] TenantId Tenant,
    [property: Id(1)] AdaptationId Id,
    [property: Id(2)] AdaptationJob Job,
    [property: Id(3)] ImmutableArray<AdaptationExpert> Experts,
    [property: Id(4)] string Checkpoint)
{
    /// <summary>The turn's number.</summary>
    [Id(5)]
    public long Turn { get; init; }
}

/// <summary>How far a job is.</summary>
/// <param name="Checkpoint">Where to go on from.</param>
/// <param name="Progress">Part that is done.</param>
/// <param name="Phase">What comes next, for people.</param>
/// <param name="FewShot">What a search has found so far.</param>
/// <param name="Training">What is new of a training since the last time.</param>
[GenerateSerializer, Immutable, Alias("t2.AdaptationAdvance")]
public sealed record AdaptationAdvance(
    [property: Id(0)] string Checkpoint,
    [property: Id(1)] double Progress,
    [property: Id(2)] string Phase,
    [property: Id(3)] FewShotResult? FewShot = null,
    [property: Id(4)] TrainingNews? Training = null);

/// <summary>What a job has made.</summary>
/// <param name="DisplayName">A name for people.</param>
/// <param name="File">The expert file.</param>
/// <param name="Content">What it holds.</param>
[GenerateSerializer, Immutable, Alias("t2.AdaptationProduct")]
public sealed record AdaptationProduct(
    [property: Id(0)] string DisplayName,
    [property: Id(1)] ImmutableArray<byte> File,
    [property: Id(2)] ExpertContent Content)
{
    /// <summary>What a search found.</summary>
    [Id(3)]
    public FewShotResult? FewShot { get; init; }

    /// <summary>What the training of a classifier reached.</summary>
    [Id(4)]
    public ClassifierResult? Classifier { get; init; }

    /// <summary>What a training on a data set reached. An expert with failed gates goes into quarantine.</summary>
    [Id(5)]
    public TrainingResult? Training { get; init; }

    /// <summary>Ids of the questions that made the expert; empty where there are none.</summary>
    [Id(6)]
    public ImmutableArray<string> SeenQuestions { get; init; } = [];
}
