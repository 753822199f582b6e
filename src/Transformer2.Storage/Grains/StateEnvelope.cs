using System.Text.Json;

namespace Transformer2.Storage;

/// <summary>What a state file holds beside the state.</summary>
/// <param name="Schema">Version of this envelope.</param>
/// <param name="Etag">Changes with every write.</param>
/// <param name="Grain">The grain's id, so that a file says what it is.</param>
/// <param name="State">The state.</param>
internal sealed record StateEnvelope<T>(int Schema, string Etag, string Grain, T State);

/// <summary>Reads and writes envelopes.</summary>
internal static class StateEnvelope
{
    private const int CurrentSchema = 1;

    private static readonly JsonSerializerOptions HeadOptions = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The bytes of a state and the new ETag.</summary>
    public static (byte[] Content, string Etag) Seal<T>(GrainId grain, T state, JsonSerializerOptions options)
    {
        var etag = Guid.NewGuid().ToString("n");
        return (JsonSerializer.SerializeToUtf8Bytes(new StateEnvelope<T>(CurrentSchema, etag, grain.ToString(), state), options), etag);
    }

    /// <summary>The state and its ETag.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of a newer version, or of another grain.</exception>
    public static StateEnvelope<T> Open<T>(string path, byte[] content, GrainId grain, JsonSerializerOptions options)
    {
        CheckHead(path, content, grain);
        return Parse<StateEnvelope<T>>(path, content, options);
    }

    /// <summary>The ETag alone.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of a newer version, or of another grain.</exception>
    public static string CheckHead(string path, byte[] content, GrainId grain)
    {
        var head = Parse<Head>(path, content, HeadOptions);
        if (head.Schema != CurrentSchema)
        {
            throw new InvalidDataException($"The state file '{path}' has schema {head.Schema}; this version reads {CurrentSchema}.");
        }

        return head.Etag is { Length: > 0 } && head.Grain == grain.ToString()
            ? head.Etag
            : throw new InvalidDataException($"The state file '{path}' is not of grain '{grain}'.");
    }

    private static T Parse<T>(string path, byte[] content, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(content, options) ?? throw new JsonException("null");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"The state file '{path}' is damaged: {fault.Message}", fault);
        }
    }

    private sealed record Head(int Schema, string? Etag, string? Grain);
}
