using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <summary>State of a <see cref="DatasetLibraryGrain"/>.</summary>
[GenerateSerializer, Alias("t2.DatasetLibraryState")]
public sealed record DatasetLibraryState
{
    /// <summary>All data sets.</summary>
    [Id(0)]
    public ImmutableDictionary<DatasetId, DatasetRecord> Datasets { get; init; } = ImmutableDictionary<DatasetId, DatasetRecord>.Empty;

    /// <summary>Files that somebody needs, by whom.</summary>
    [Id(1)]
    public ImmutableDictionary<string, ImmutableArray<ContentDigest>> Holds { get; init; } = ImmutableDictionary<string, ImmutableArray<ContentDigest>>.Empty;

    /// <summary>Whether anything needs a file.</summary>
    public bool Uses(ContentDigest digest) =>
        Datasets.Values.Any(dataset => dataset.Content.Digest == digest) || Holds.Values.Any(held => held.Contains(digest));
}
