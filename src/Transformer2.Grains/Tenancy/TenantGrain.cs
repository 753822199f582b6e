using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="ITenantGrain"/>
[GrainType("t2.tenant")]
public sealed class TenantGrain([PersistentState("state")] IPersistentState<TenantState> storage, TimeProvider time)
    : StatefulGrain<TenantState>(storage), ITenantGrain
{
    /// <inheritdoc/>
    public Task<TenantRecord?> Get() => Task.FromResult(State.Tenant);

    /// <inheritdoc/>
    public async Task<TenantRecord> Ensure(string displayName)
    {
        CallerScope.RequirePlatform();
        var tenant = State.Tenant ?? new(TenantId.Parse(this.GetPrimaryKeyString()), displayName, time.GetUtcNow());
        if (State.Tenant is null)
            await Commit(new() { Tenant = tenant });
        return tenant;
    }
}

/// <summary>State of a <see cref="TenantGrain"/>.</summary>
[GenerateSerializer, Alias("t2.TenantState")]
public sealed record TenantState
{
    /// <summary>The tenant; null until created.</summary>
    [Id(0)]
    public TenantRecord? Tenant { get; init; }
}
