using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Transformer2.Abstractions;

/// <summary>What a key allows.</summary>
[GenerateSerializer, Alias("t2.ApiKeyRole"), JsonConverter(typeof(JsonStringEnumConverter<ApiKeyRole>))]
public enum ApiKeyRole
{
    /// <summary>To act for one tenant.</summary>
    Tenant,

    /// <summary>To administer the platform; it acts for no tenant.</summary>
    Admin,
}

/// <summary>A key as it is kept: the secret itself is known to its owner only.</summary>
/// <param name="KeyId">The public part of the key.</param>
/// <param name="Role">What it allows.</param>
/// <param name="Tenant">The tenant that it acts for; null for an admin key.</param>
/// <param name="DisplayName">A name for people.</param>
/// <param name="CreateTime">When it was made.</param>
/// <param name="RevokeTime">When it was revoked; null while it is valid.</param>
[GenerateSerializer, Immutable, Alias("t2.ApiKeyRecord")]
public sealed record ApiKeyRecord(
    [property: Id(0)] string KeyId,
    [property: Id(1)] ApiKeyRole Role,
    [property: Id(2)] TenantId? Tenant,
    [property: Id(3)] string DisplayName,
    [property: Id(4)] DateTimeOffset CreateTime,
    [property: Id(5)] DateTimeOffset? RevokeTime);

/// <summary>What to keep of a new key.</summary>
/// <param name="KeyId">The public part of the key.</param>
/// <param name="SecretHash">SHA-256 of the secret.</param>
/// <param name="DisplayName">A name for people.</param>
[GenerateSerializer, Immutable, Alias("t2.NewApiKey")]
public sealed record NewApiKey(
    [property: Id(0)] string KeyId,
    [property: Id(1)] ImmutableArray<byte> SecretHash,
    [property: Id(2)] string DisplayName);
