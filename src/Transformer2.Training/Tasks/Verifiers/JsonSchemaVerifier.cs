using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Json.Schema;

namespace Transformer2.Training.Tasks.Verifiers;

/// <summary>
/// An answer is right when it is JSON that a schema (draft 2020-12) accepts. The JSON may stand in a fenced block, else it is all of the answer. The reference is not
/// looked at. Schemas come from tenants and answers from a model: the schema's size times the answer's is bounded, and so is the work.
/// </summary>
public sealed class JsonSchemaVerifier : IVerifier
{
    /// <summary>Its name.</summary>
    public const string VerifierName = "json-schema";

    /// <summary>Most JSON values of a schema, with every reference replaced by what it refers to.</summary>
    public const int MaxSchemaValues = 2000;

    /// <summary>Most values of the schema times values of an answer; a larger answer is wrong.</summary>
    public const int MaxWork = 1_000_000;

    /// <summary>Most UTF-16 units of an answer; a longer one is wrong.</summary>
    public const int MaxAnswerLength = 64 << 10;

    private const int MaxDepth = 32;

    private static readonly Dialect Bounded = Dialect.Draft202012.With([new LinearPattern()], new Uri("https://transformer2.invalid/bounded"), null, null);

    private readonly JsonSchema _schema;
    private readonly int _size;

    private JsonSchemaVerifier(JsonSchema schema, int size)
    {
        _schema = schema;
        _size = size;
    }

    /// <inheritdoc/>
    public string Name => VerifierName;

    /// <summary>Setting: <c>schema</c> (needed).</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What the library throws about a schema is not documented, and none of it is this program's fault.")]
    internal static JsonSchemaVerifier From(VerifierSettings settings)
    {
        if (settings.Json("schema") is not { ValueKind: JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False } schema)
            throw settings.Fault("schema", "is a JSON schema, and needed");
        try
        {
            if (Depth(schema) > MaxDepth) throw new FormatException($"is deeper than {MaxDepth}");
            var size = SchemaSize.Of(schema, MaxSchemaValues);
            return new JsonSchemaVerifier(JsonSchema.Build(schema.Clone(), new BuildOptions { Dialect = Bounded, SchemaRegistry = new() }, null), size);
        }
        catch (FormatException fault)
        {
            throw settings.Fault("schema", fault.Message, fault);
        }
        catch (Exception fault)
        {
            throw settings.Fault("schema", $"is no usable schema: {Texts.Shorten(fault.Message)}", fault);
        }
    }

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "An answer that the library cannot cope with, such as a number of a thousand digits, is a wrong answer.")]
    public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
    {
        if (answer.Length > MaxAnswerLength) return ValueTask.FromResult(Verdict.Of(false));
        var text = Texts.Fenced(answer).Trim();
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if ((long)Count(document.RootElement) * _size > MaxWork) return ValueTask.FromResult(Verdict.Of(false));
            return ValueTask.FromResult(Verdict.Of(_schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.Flag }).IsValid, text));
        }
        catch (Exception fault) when (fault is not (OutOfMemoryException or OperationCanceledException))
        {
            return ValueTask.FromResult(Verdict.Of(false));
        }
    }

    private static int Count(JsonElement value) => 1 + Children(value).Sum(Count);

    private static int Depth(JsonElement value) => 1 + Children(value).Select(Depth).DefaultIfEmpty().Max();

    private static IEnumerable<JsonElement> Children(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray(),
        JsonValueKind.Object => value.EnumerateObject().Select(member => member.Value),
        _ => [],
    };
}
