using System.Collections.Immutable;
using System.Security.Cryptography;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IApiKeyGrain"/>
[GrainType("t2.apikey")]
public sealed class ApiKeyGrain([PersistentState("state")] IPersistentState<ApiKeyState> storage, TimeProvider time)
    : StatefulGrain<ApiKeyState>(storage), IApiKeyGrain
{
    /// <inheritdoc/>
    public Task<ApiKeyRecord?> Verify(ImmutableArray<byte> secretHash)
    {
        // Guessed ids must not gather in memory.
        if (State.Key is null)
            DeactivateOnIdle();

        var valid = State.Key is { RevokeTime: null }
            && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(State.SecretHash), secretHash.AsSpan());
        return Task.FromResult(valid ? State.Key : null);
    }

    /// <inheritdoc/>
    public Task<ApiKeyRecord?> Get()
    {
        CallerScope.RequirePlatform();
        return Task.FromResult(State.Key);
    }

    /// <inheritdoc/>
    public async Task<ApiKeyRecord> Create(NewApiKey key, ApiKeyRole role, TenantId? tenant)
    {
        CallerScope.RequirePlatform();
        if (State.Key is not null)
            throw new InvalidOperationException("A key id was issued twice.");
        var record = new ApiKeyRecord(this.GetPrimaryKeyString(), role, tenant, key.DisplayName, time.GetUtcNow(), null);
        await Commit(new() { Key = record, SecretHash = Convert.ToHexStringLower(key.SecretHash.AsSpan()) });
        return record;
    }

    /// <inheritdoc/>
    public async Task<ApiKeyRecord?> Revoke()
    {
        CallerScope.RequirePlatform();
        if (State.Key is { RevokeTime: null } key)
            await Commit(State with { Key = key with { RevokeTime = time.GetUtcNow() } });
        return State.Key;
    }
}

/// <summary>State of an <see cref="ApiKeyGrain"/>.</summary>
[GenerateSerializer, Alias("t2.ApiKeyState")]
public sealed record ApiKeyState
{
    /// <summary>The key; null until created.</summary>
    [Id(0)]
    public ApiKeyRecord? Key { get; init; }

    /// <summary>
    /// SHA-256 of the secret in hexadecimal digits. No salt and no slow hash: a secret is 160 random bits, so there is nothing to guess.
    /// </summary>
    [Id(1)]
    public string SecretHash { get; init; } = "";
}
