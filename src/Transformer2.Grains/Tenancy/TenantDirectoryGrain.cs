using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="ITenantDirectoryGrain"/>
[GrainType("t2.tenants")]
public sealed class TenantDirectoryGrain(
    [PersistentState("state")] IPersistentState<TenantDirectoryState> storage,
    IOptions<PlatformLimits> limits) : StatefulGrain<TenantDirectoryState>(storage), ITenantDirectoryGrain
{
    /// <inheritdoc/>
    public async Task<TenantRecord> Create(TenantId id, string displayName)
    {
        var tenant = GrainFactory.GetGrain<ITenantGrain>(id.Value);
        if (State.Tenants.Contains(id))
        {
            if (await tenant.Get() is not null)
                throw new PlatformException(ErrorReason.TenantExists, $"There is a tenant '{id}' already.");
        }
        else
        {
            if (State.Tenants.Count >= limits.Value.MaxTenants)
                throw new PlatformException(ErrorReason.TenantQuota, $"There are {State.Tenants.Count} tenants; no more fit.");

            // The intent first: a crash in between leaves an id that the next attempt completes, never a tenant that no list shows.
            await Commit(new() { Tenants = State.Tenants.Add(id) });
        }

        return await tenant.Ensure(displayName);
    }

    /// <inheritdoc/>
    public async Task<TenantPage> List(string? after, int count)
    {
        var (ids, last) = Paging.Page(State.Tenants, id => id.Value, after, count);
        var tenants = await Task.WhenAll(ids.Select(id => GrainFactory.GetGrain<ITenantGrain>(id.Value).Get()));
        return new([.. tenants.OfType<TenantRecord>()], last);
    }
}

/// <summary>State of a <see cref="TenantDirectoryGrain"/>.</summary>
[GenerateSerializer, Alias("t2.TenantDirectoryState")]
public sealed record TenantDirectoryState
{
    /// <summary>All tenants that were ever begun to be created.</summary>
    [Id(0)]
    public ImmutableHashSet<TenantId> Tenants { get; init; } = [];
}
