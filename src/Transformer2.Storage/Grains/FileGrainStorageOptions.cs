using System.Text.Json;

namespace Transformer2.Storage;

/// <summary>Options of <see cref="FileGrainStorage"/>.</summary>
public sealed class FileGrainStorageOptions
{
    /// <summary>The folder of the states: its own, used by one silo at a time. Created when absent.</summary>
    public string Directory { get; set; } = "";

    /// <summary>How states become JSON.</summary>
    public JsonSerializerOptions Json { get; set; } = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
}
