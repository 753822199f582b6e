using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IApiKeyRingGrain"/>
[GrainType("t2.keyring")]
public sealed class ApiKeyRingGrain(
    [PersistentState("state")] IPersistentState<ApiKeyRingState> storage,
    IOptions<PlatformLimits> limits) : StatefulGrain<ApiKeyRingState>(storage), IApiKeyRingGrain
{
    /// <inheritdoc/>
    public async Task<ApiKeyRecord> Create(NewApiKey key)
    {
        var owner = this.GetPrimaryKeyString();
        TenantId? tenant = owner == IApiKeyRingGrain.Platform ? null : TenantId.Parse(owner);
        if (tenant is not null && await GrainFactory.GetGrain<ITenantGrain>(owner).Get() is null)
            throw new PlatformException(ErrorReason.TenantNotFound, $"There is no tenant '{owner}'.");

        // The id first: a crash in between leaves an id without a key, never a key that nobody can see and revoke.
        await Commit(new() { KeyIds = (await MakeRoom()).Add(key.KeyId) });
        return await Key(key.KeyId).Create(key, tenant is null ? ApiKeyRole.Admin : ApiKeyRole.Tenant, tenant);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<ApiKeyRecord>> List() =>
        [.. (await Task.WhenAll(State.KeyIds.Select(id => Key(id).Get()))).OfType<ApiKeyRecord>()];

    /// <inheritdoc/>
    public async Task<ApiKeyRecord> Revoke(string keyId) =>
        (State.KeyIds.Contains(keyId) ? await Key(keyId).Revoke() : null)
        ?? throw new PlatformException(ErrorReason.ApiKeyNotFound, $"There is no key '{keyId}'.");

    /// <summary>
    /// The ids to keep beside a new one: when the ring is full, those that are revoked or were never completed make room.
    /// </summary>
    private async Task<ImmutableArray<string>> MakeRoom()
    {
        if (State.KeyIds.Length < limits.Value.MaxApiKeys)
            return State.KeyIds;
        ImmutableArray<string> live = [.. (await List()).Where(key => key.RevokeTime is null).Select(key => key.KeyId)];
        return live.Length < limits.Value.MaxApiKeys
            ? live
            : throw new PlatformException(ErrorReason.ApiKeyQuota, $"There are {live.Length} valid keys; revoke one first.");
    }

    private IApiKeyGrain Key(string id) => GrainFactory.GetGrain<IApiKeyGrain>(id);
}

/// <summary>State of an <see cref="ApiKeyRingGrain"/>.</summary>
[GenerateSerializer, Alias("t2.ApiKeyRingState")]
public sealed record ApiKeyRingState
{
    /// <summary>Ids of the keys, oldest first.</summary>
    [Id(0)]
    public ImmutableArray<string> KeyIds { get; init; } = [];
}
