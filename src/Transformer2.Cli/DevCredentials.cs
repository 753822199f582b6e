using System.Text.Json;

namespace Transformer2.Cli;

/// <summary>Whose key a command needs.</summary>
internal enum KeyRole
{
    Tenant,
    Admin,
}

/// <summary>The keys that an embedded server leaves in its data directory for its own user.</summary>
internal static class DevCredentials
{
    public const string FileName = "dev-credentials.json";

    /// <summary>The key, or null when there is no such file.</summary>
    public static string? Find(CliHost host, KeyRole role)
    {
        var path = Path.Combine(DataDirectory.PathOf(host), FileName);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.GetProperty(role == KeyRole.Admin ? "adminKey" : "tenantKey").GetString();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException($"'{path}' does not hold the keys that a server writes there.");
        }
    }
}
