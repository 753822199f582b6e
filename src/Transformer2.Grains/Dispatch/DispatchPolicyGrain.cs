using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IDispatchPolicyGrain"/>
[GrainType("t2.policy")]
public sealed class DispatchPolicyGrain([PersistentState("state")] IPersistentState<DispatchPolicyState> storage)
    : StatefulGrain<DispatchPolicyState>(storage), IDispatchPolicyGrain
{
    /// <inheritdoc/>
    public Task<VersionedPolicy> Get() => Task.FromResult(State.Policy);

    /// <inheritdoc/>
    public Task<VersionedPolicy?> GetSnapshot(long knownVersion) => Task.FromResult(knownVersion == State.Policy.Version ? null : State.Policy);

    /// <inheritdoc/>
    public async Task<VersionedPolicy> Set(DispatchPolicy policy, long? version)
    {
        DispatchPolicies.Require(policy);
        if (await GrainFactory.GetGrain<ITenantGrain>(this.GetPrimaryKeyString()).Get() is null)
            throw new PlatformException(ErrorReason.TenantNotFound, $"There is no tenant '{this.GetPrimaryKeyString()}'.");
        if (version is not null && version != State.Policy.Version)
            throw new PlatformException(ErrorReason.EtagMismatch, "The policy is not the one that was seen; read it again.");
        await Commit(new() { Policy = new(State.Policy.Version + 1, policy) });
        return State.Policy;
    }
}

/// <summary>State of a <see cref="DispatchPolicyGrain"/>.</summary>
[GenerateSerializer, Alias("t2.DispatchPolicyState")]
public sealed record DispatchPolicyState
{
    /// <summary>The policy and how often it was set.</summary>
    [Id(0)]
    public VersionedPolicy Policy { get; init; } = new(0, new());
}
