using System.Text.Json;

namespace Transformer2.Hosting;

/// <summary>Keys for a first try, as they lie beside the data of an embedded server.</summary>
/// <param name="Tenant">The demo tenant.</param>
/// <param name="TenantKey">Its key.</param>
/// <param name="AdminKey">An admin key.</param>
internal sealed record DevCredentials(string Tenant, string TenantKey, string AdminKey)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The file's content, or null if there is none that can be read.</summary>
    public static DevCredentials? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<DevCredentials>(File.ReadAllBytes(path), Json);
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the file at once and as a whole, readable for its owner only from the first byte on.</summary>
    public void Write(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var temporary = path + ".tmp";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, options))
        {
            JsonSerializer.Serialize(file, this, Json);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
