using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Google.Protobuf;

namespace Transformer2.Cli;

/// <summary>JSON with the names of the protos (snake_case); messages as protobuf's JSON mapping has them.</summary>
internal static class Json
{
    private static readonly JsonFormatter Lines = new(
        JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithPreserveProtoFieldNames(true));

    /// <summary>How records are written.</summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One line, for an event of a stream.</summary>
    public static string Line(IMessage message) => Lines.Format(message) + "\n";

    /// <summary>One indented document.</summary>
    public static string Document(IMessage message) => Document(NodeOf(message));

    /// <summary>One indented document.</summary>
    public static string Document<T>(T value) => JsonSerializer.Serialize(value, Options) + "\n";

    /// <summary>An object with one list.</summary>
    public static string List<T>(string name, IEnumerable<T> messages)
        where T : IMessage =>
        Document(new JsonObject { [name] = new JsonArray([.. messages.Select(message => NodeOf(message))]) });

    private static JsonNode NodeOf(IMessage message) => JsonNode.Parse(Lines.Format(message))!;
}
