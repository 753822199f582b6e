using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>A tenant.</summary>
[GenerateSerializer, Immutable, Alias("t2.TenantRecord")]
public sealed record TenantRecord(
    [property: Id(0)] TenantId Id,
    [property: Id(1)] string DisplayName,
    [property: Id(2)] DateTimeOffset CreateTime);

/// <summary>A page of tenants ordered by id; <paramref name="Last"/> is the id to continue after, null at the end.</summary>
[GenerateSerializer, Immutable, Alias("t2.TenantPage")]
public sealed record TenantPage(
    [property: Id(0)] ImmutableArray<TenantRecord> Tenants,
    [property: Id(1)] string? Last);
