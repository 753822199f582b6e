using System.Text.Json;
using System.Text.Json.Serialization;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>What <see cref="PythonVerifier"/> has as a reference: the tests alone, as Python, or this as JSON.</summary>
/// <param name="Tests">Python that ends without an exception when a solution is right.</param>
/// <param name="Before">Python that is the tests' own, run before the solution's names are there.</param>
/// <param name="Prefix">What a solution continues; null when it stands alone. An answer that defines one of <paramref name="Names"/> is no continuation, and has it before itself.</param>
/// <param name="Names">What the tests take from the solution; null for all that it defines but what Python or <paramref name="Before"/> has under that name.</param>
public sealed record PythonTests(string Tests, string? Before = null, string? Prefix = null, IReadOnlyList<string>? Names = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>As a reference.</summary>
    public string ToReference() => JsonSerializer.Serialize(this, Json);

    /// <summary>From a reference.</summary>
    /// <returns>Null when it is unusable.</returns>
    internal static PythonTests? Of(string reference)
    {
        if (!reference.TrimStart().StartsWith("{\"", StringComparison.Ordinal)) return string.IsNullOrWhiteSpace(reference) ? null : new PythonTests(reference);
        try
        {
            return JsonSerializer.Deserialize<PythonTests>(reference, Json) is { Tests: { } tests } read && !string.IsNullOrWhiteSpace(tests) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
