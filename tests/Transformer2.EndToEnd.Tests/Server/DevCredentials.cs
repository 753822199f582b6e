using System.Text.Json;

namespace Transformer2.EndToEnd.Tests;

/// <summary>The keys in a data directory.</summary>
internal sealed record DevCredentials(string Tenant, string TenantKey, string AdminKey)
{
    public const string FileName = "dev-credentials.json";

    public static DevCredentials Read(string dataDirectory) => JsonSerializer.Deserialize<DevCredentials>(
        File.ReadAllBytes(Path.Combine(dataDirectory, FileName)), JsonSerializerOptions.Web)!;
}
