using System.Text;
using System.Text.Json;

namespace Transformer2.Tokenization;

/// <summary>Reading of JSON files whose mistakes are reported by what is missing, not by a stack of library errors.</summary>
internal static class Json
{
    /// <summary>Far above any published tokenizer; a larger file is refused before it is read.</summary>
    private const long MaxFileBytes = 256L << 20;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary>Reads a JSON file. A byte order mark, as editors add it, is passed over.</summary>
    public static JsonDocument Load(string path) => Read(path, stream => JsonDocument.Parse(stream));

    public static byte[] ReadBytes(string path) => Read(path, stream =>
    {
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });

    public static string ReadText(string path) => Read(path, stream => new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: false).ReadToEnd());

    private static T Read<T>(string path, Func<Stream, T> read)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return stream.Length <= MaxFileBytes
                ? read(stream)
                : throw new TokenizerException($"{path} is larger than {MaxFileBytes >> 20} MiB.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new TokenizerException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A member that is there and not null.</summary>
    public static JsonElement? Find(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static JsonElement Require(this JsonElement element, string name, JsonValueKind kind) =>
        element.Find(name) is { } value && value.ValueKind == kind
            ? value
            : throw new TokenizerException($"'{name}' is missing or is not of kind {kind}.");

    public static string Text(this JsonElement element, string name) => element.Require(name, JsonValueKind.String).GetString()!;

    /// <summary>A string, or null when it is absent or of another kind.</summary>
    public static string? OptionalText(this JsonElement element, string name) =>
        element.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool Flag(this JsonElement element, string name, bool otherwise = false) => element.Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw new TokenizerException($"'{name}' is not true or false."),
    };

    public static bool RequiredFlag(this JsonElement element, string name) =>
        element.Find(name) is null ? throw new TokenizerException($"'{name}' is missing.") : element.Flag(name);

    public static int Integer(this JsonElement element, string name) => AsInteger(element.Require(name, JsonValueKind.Number), name);

    public static int AsInteger(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value >= 0
            ? value
            : throw new TokenizerException($"'{name}' is not a whole number of 0 or more.");

    public static JsonElement.ArrayEnumerator Items(this JsonElement element, string name) =>
        element.Require(name, JsonValueKind.Array).EnumerateArray();
}
