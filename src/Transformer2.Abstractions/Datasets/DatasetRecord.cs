using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>What a data set's file holds, read from the validated file.</summary>
/// <param name="Digest">The file's identity.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="TrainCount">Questions to learn from.</param>
/// <param name="ValidationCount">Questions that choose the best state.</param>
/// <param name="TestCount">Questions that measure the result.</param>
/// <param name="DuplicateCount">Lines that repeated an earlier one.</param>
[GenerateSerializer, Immutable, Alias("t2.DatasetContent")]
public sealed record DatasetContent(
    [property: Id(0)] ContentDigest Digest,
    [property: Id(1)] long SizeBytes,
    [property: Id(2)] int TrainCount,
    [property: Id(3)] int ValidationCount,
    [property: Id(4)] int TestCount,
    [property: Id(5)] int DuplicateCount);

/// <summary>A data set of a tenant.</summary>
[GenerateSerializer, Immutable, Alias("t2.DatasetRecord")]
public sealed record DatasetRecord(
    [property: Id(0)] DatasetId Id,
    [property: Id(1)] DatasetContent Content,
    [property: Id(2)] DateTimeOffset CreateTime);

/// <summary>How a data set is to be kept.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SizeBytes">Size of its file, as far as known: for the quota.</param>
/// <param name="Overwrite">Replace a data set that has this id.</param>
[GenerateSerializer, Immutable, Alias("t2.DatasetWrite")]
public sealed record DatasetWrite([property: Id(0)] DatasetId Id, [property: Id(1)] long SizeBytes, [property: Id(2)] bool Overwrite);

/// <summary>A page of data sets ordered by id; <paramref name="Last"/> is the id to continue after, null at the end.</summary>
[GenerateSerializer, Immutable, Alias("t2.DatasetPage")]
public sealed record DatasetPage([property: Id(0)] ImmutableArray<DatasetRecord> Datasets, [property: Id(1)] string? Last);
