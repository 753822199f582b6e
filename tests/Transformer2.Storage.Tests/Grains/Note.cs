using System.Collections.Immutable;
using Transformer2.Abstractions;

namespace Transformer2.Storage.Tests.Grains;

/// <summary>A state with the kinds of members that the platform's states have.</summary>
[GenerateSerializer, Alias("test.note")]
public sealed record Note
{
    [Id(0)]
    public string Text { get; init; } = "";

    [Id(1)]
    public long Version { get; init; }

    [Id(2)]
    public ImmutableDictionary<ExpertId, ContentDigest> Experts { get; init; } = ImmutableDictionary<ExpertId, ContentDigest>.Empty;

    [Id(3)]
    public TenantRecord? Tenant { get; init; }
}
