using System.Collections.Immutable;

namespace Transformer2.Abstractions;

/// <summary>
/// One API key; the grain's key is the key id. Asking for an unknown one stores nothing. Anyone may ask whether a secret fits; everything
/// else needs the platform's scope.
/// </summary>
[Alias("t2.IApiKeyGrain"), GrainInterfaceType("t2.IApiKeyGrain")]
public interface IApiKeyGrain : IGrainWithStringKey
{
    /// <summary>What the key allows, if the secret with this SHA-256 belongs to it and it is not revoked; else null.</summary>
    [Alias("Verify")]
    Task<ApiKeyRecord?> Verify(ImmutableArray<byte> secretHash);

    /// <summary>The key, or null if there is none.</summary>
    [Alias("Get")]
    Task<ApiKeyRecord?> Get();

    /// <summary>Stores the key.</summary>
    [Alias("Create")]
    Task<ApiKeyRecord> Create(NewApiKey key, ApiKeyRole role, TenantId? tenant);

    /// <summary>Revokes the key for good; null if there is none.</summary>
    [Alias("Revoke")]
    Task<ApiKeyRecord?> Revoke();
}

/// <summary>The keys of one tenant, or of the platform: the grain's key is the tenant's id, or <see cref="Platform"/>.</summary>
[Alias("t2.IApiKeyRingGrain"), GrainInterfaceType("t2.IApiKeyRingGrain")]
public interface IApiKeyRingGrain : IGrainWithStringKey, IPlatformOwnedGrain
{
    /// <summary>Key of the ring of admin keys. Not a valid tenant id.</summary>
    const string Platform = "@platform";

    /// <summary>Adds a key.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.TenantNotFound"/>, <see cref="ErrorReason.ApiKeyQuota"/>.</exception>
    [Alias("Create")]
    Task<ApiKeyRecord> Create(NewApiKey key);

    /// <summary>All keys, oldest first.</summary>
    [Alias("List")]
    Task<ImmutableArray<ApiKeyRecord>> List();

    /// <summary>Revokes a key for good. Revoking it again changes nothing.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.ApiKeyNotFound"/>.</exception>
    [Alias("Revoke")]
    Task<ApiKeyRecord> Revoke(string keyId);
}
