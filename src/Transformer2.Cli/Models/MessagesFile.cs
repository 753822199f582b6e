using System.Text.Json;
using Transformer2.Engine;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>
/// A conversation from a JSON file: a list of messages, or an object of everything that the model's template is given, with
/// <c>messages</c> among it.
/// </summary>
internal static class MessagesFile
{
    private const string Messages = "messages", GenerationPrompt = "add_generation_prompt", Role = "role";
    private const int MaxBytes = 4 << 20;

    /// <summary>The tokens of a conversation, laid out by the template of a model in a folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="clock">Tells the time to templates that ask for it.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="InputException">Another form, or the template refuses the messages.</exception>
    /// <exception cref="TokenizerException">The folder has no tokenizer that can be used.</exception>
    public static async Task<Prompt> ReadAsync(string path, string model, TimeProvider clock, CancellationToken cancellationToken)
    {
        var variables = Variables(path, await LocalFile.ReadAsync(path, MaxBytes, cancellationToken));
        _ = TokenizerPath.Folder(model);
        try
        {
            var tokenizer = ModelTokenizer.Load(model, clock);
            var template = tokenizer.ChatTemplate ?? throw new ChatTemplateException("The model has no chat template.");
            return new Prompt.Tokens(tokenizer.Tokenizer.Encode(template.Render(variables)));
        }
        catch (ChatTemplateException exception)
        {
            throw new InputException($"{ReasonName.Of(EngineError.ChatTemplate)}: {exception.Message}");
        }
    }

    private static Dictionary<string, object?> Variables(string path, byte[] json)
    {
        try
        {
            // A name that occurs twice would have one of its values passed over.
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement.Clone();
            var variables = root.ValueKind == JsonValueKind.Object
                ? root.EnumerateObject().ToDictionary(variable => variable.Name, variable => (object?)variable.Value, StringComparer.Ordinal)
                : new Dictionary<string, object?>(StringComparer.Ordinal) { [Messages] = root };
            Check(path, variables.GetValueOrDefault(Messages) as JsonElement?);
            variables.TryAdd(GenerationPrompt, true);
            return variables;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter for text that is not Unicode.
            throw new InputException($"'{path}' is not valid JSON: {exception.Message}");
        }
    }

    private static void Check(string path, JsonElement? messages)
    {
        if (messages is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() == 0)
        {
            throw new InputException($"'{path}' is not of the form [{{\"role\": …, \"content\": …}}, …] or {{\"{Messages}\": […], …}}, with at least one message.");
        }

        var number = 0;
        foreach (var message in list.EnumerateArray())
        {
            number++;
            if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty(Role, out var role) || role.ValueKind != JsonValueKind.String)
            {
                throw new InputException($"'{path}': message {number} is not an object with a text '{Role}'.");
            }
        }
    }
}
