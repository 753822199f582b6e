using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IUnfinishedAdaptationsGrain"/>
[GrainType("t2.unfinished")]
public sealed class UnfinishedAdaptationsGrain(
    [PersistentState("state")] IPersistentState<UnfinishedAdaptationsState> storage,
    IOptions<PlatformLimits> limits) : StatefulGrain<UnfinishedAdaptationsState>(storage), IUnfinishedAdaptationsGrain
{
    /// <inheritdoc/>
    public async Task Add(TenantId tenant, AdaptationId id)
    {
        CallerScope.RequireTenant(tenant.Value);
        var job = new UnfinishedAdaptation(tenant, id);
        if (State.Jobs.Contains(job))
            return;
        if (State.Jobs.Length >= limits.Value.MaxUnfinishedAdaptations)
            throw new PlatformException(ErrorReason.AdaptationQuota, "Too many adaptations wait or run; try again later.");
        await Commit(new() { Jobs = State.Jobs.Add(job) });
    }

    /// <inheritdoc/>
    public async Task Remove(TenantId tenant, AdaptationId id)
    {
        CallerScope.RequireTenant(tenant.Value);
        var rest = State.Jobs.Remove(new(tenant, id));
        if (rest.Length < State.Jobs.Length)
            await Commit(new() { Jobs = rest });
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<UnfinishedAdaptation>> List()
    {
        CallerScope.RequirePlatform();
        return Task.FromResult(State.Jobs);
    }
}

/// <summary>State of an <see cref="UnfinishedAdaptationsGrain"/>.</summary>
[GenerateSerializer, Alias("t2.UnfinishedAdaptationsState")]
public sealed record UnfinishedAdaptationsState
{
    /// <summary>Jobs that have not ended, oldest first.</summary>
    [Id(0)]
    public ImmutableArray<UnfinishedAdaptation> Jobs { get; init; } = [];
}
