using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>The prompt: an argument, or standard input for <c>-</c>.</summary>
internal static class PromptInput
{
    // What the server takes; a character has at least one byte.
    private const int MaxCharacters = 1 << 20;

    /// <summary>A conversation of one prompt.</summary>
    public static ChatMessages Chat(string? system, string prompt)
    {
        var chat = new ChatMessages();
        if (system is not null)
        {
            chat.Messages.Add(new ChatMessage { Role = "system", Content = system });
        }

        chat.Messages.Add(new ChatMessage { Role = "user", Content = prompt });
        return chat;
    }

    /// <exception cref="InputException">Standard input holds more than any server takes, or no text.</exception>
    public static async Task<string> ReadAsync(string argument, TextReader input, CancellationToken cancellationToken)
    {
        if (argument != "-")
        {
            return argument;
        }

        var buffer = new char[MaxCharacters + 1];
        var read = await input.ReadBlockAsync(buffer, cancellationToken);
        if (buffer.AsSpan(0, read).Contains(StandardInput.NoText))
        {
            throw new InputException("Standard input has bytes that are not UTF-8.");
        }

        return read <= MaxCharacters
            ? new string(buffer, 0, read).TrimEnd('\r', '\n')
            : throw new InputException("PROMPT_TOO_LONG: standard input holds more than 1 MiB.");
    }
}
