using System.Text;
using System.Text.Json;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;

namespace Transformer2.Training.Tasks.Datasets;

/// <summary>One line of a file of questions.</summary>
/// <param name="Messages">What is asked.</param>
/// <param name="Answer">What answers are compared with.</param>
/// <param name="Demonstration">An answer to learn from.</param>
/// <param name="Split">Its split; null where the line names none.</param>
internal sealed record TaskFileLine(IReadOnlyList<ChatMessage> Messages, string Answer, string? Demonstration, Split? Split)
{
    private const int MostDepth = 4;
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MostDepth, AllowDuplicateProperties = false };
    private static readonly string[] Members = ["prompt", "messages", "answer", "demonstration", "split", "id"];

    /// <exception cref="TaskFileException">It is no question.</exception>
    public static TaskFileLine Read(ReadOnlyMemory<byte> utf8, int line)
    {
        using var document = Parse(utf8, line);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new TaskFileException(TaskFileReason.Json, "A question is a JSON object.", line);
        foreach (var member in root.EnumerateObject())
        {
            if (!Members.Contains(member.Name, StringComparer.Ordinal))
                throw new TaskFileException(TaskFileReason.Member, $"A question has no member '{Shorten(member.Name)}'; it has {string.Join(", ", Members)}.", line);
        }

        var answer = Text(root, "answer", line) ?? throw new TaskFileException(TaskFileReason.Member, "The member 'answer' is missing.", line);
        return new(MessagesOf(root, line), answer, Text(root, "demonstration", line), SplitOf(root, line));
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8, int line)
    {
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException exception)
        {
            throw new TaskFileException(TaskFileReason.Json, $"It is no JSON: {exception.Message}", line, exception);
        }
    }

    private static ChatMessage[] MessagesOf(JsonElement root, int line)
    {
        var prompt = Text(root, "prompt", line);
        if (!root.TryGetProperty("messages", out var messages))
            return prompt is null ? throw new TaskFileException(TaskFileReason.Member, "A question has either 'prompt' or 'messages'.", line) : [new ChatMessage("user", prompt)];
        if (prompt is not null)
            throw new TaskFileException(TaskFileReason.Member, "A question has either 'prompt' or 'messages', not both.", line);
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() is 0 or > TaskFile.MostMessages)
            throw new TaskFileException(TaskFileReason.Member, $"'messages' is an array of 1 to {TaskFile.MostMessages}.", line);
        ChatMessage[] turns = [.. messages.EnumerateArray().Select(message => Turn(message, line))];
        return turns[^1].Role == "user" ? turns : throw new TaskFileException(TaskFileReason.Member, "The last message is the user's.", line);
    }

    private static ChatMessage Turn(JsonElement message, int line)
    {
        if (message.ValueKind != JsonValueKind.Object || message.EnumerateObject().Any(member => member.Name is not ("role" or "content")))
            throw new TaskFileException(TaskFileReason.Member, "A message has 'role' and 'content', and nothing else.", line);
        var role = Text(message, "role", line);
        var content = Text(message, "content", line);
        return role is "system" or "user" or "assistant" && content is not null
            ? new(role, content)
            : throw new TaskFileException(TaskFileReason.Member, "A message has the role system, user or assistant, and a content.", line);
    }

    private static Split? SplitOf(JsonElement root, int line) => Text(root, "split", line) switch
    {
        null => null,
        "train" => Corpus.Split.Train,
        "validation" => Corpus.Split.Validation,
        "test" => Corpus.Split.Test,
        _ => throw new TaskFileException(TaskFileReason.Member, "'split' is train, validation or test.", line),
    };

    private static string? Text(JsonElement owner, string name, int line)
    {
        if (!owner.TryGetProperty(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new TaskFileException(TaskFileReason.Member, $"'{name}' is no text.", line);
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new TaskFileException(TaskFileReason.Encoding, $"'{name}' holds half a surrogate pair.", line, exception);
        }

        if (string.IsNullOrWhiteSpace(text))
            throw new TaskFileException(TaskFileReason.Empty, $"'{name}' is empty.", line);
        return Encoding.UTF8.GetByteCount(text) <= TaskFile.MostTextBytes
            ? text
            : throw new TaskFileException(TaskFileReason.TooLong, $"'{name}' has more than {TaskFile.MostTextBytes} bytes.", line);
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
}
