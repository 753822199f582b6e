namespace Transformer2.Client;

/// <summary>Where the platform is, and who asks.</summary>
public sealed record Transformer2ClientOptions
{
    /// <summary>The address of a server on this machine that runs with its defaults.</summary>
    public static Uri DefaultAddress { get; } = new("http://127.0.0.1:8081");

    /// <summary>Address of the gRPC endpoint: <c>http://</c> is HTTP/2 without TLS, <c>https://</c> with.</summary>
    public Uri Address { get; init; } = DefaultAddress;

    /// <summary>A tenant's key, or an admin key for <see cref="TenantAdministration"/>. Null sends none.</summary>
    public string? ApiKey { get; init; }
}
