using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>
/// Examples as lines <c>{"prompt": "...", "answer": "..."}</c>. Every line is one, so that what the server says of example N is of line N.
/// </summary>
internal static class ExampleFile
{
    // Two texts of 64 KiB, escaped.
    private const int MaxLineLength = 1 << 20;
    private const int MaxLines = 1000;

    /// <exception cref="InputException">The file, or a line of it, is not what it should be; the message names the line.</exception>
    public static async Task<IReadOnlyList<Example>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = LocalFile.Open(path);
        using var text = StandardInput.Reader(file);
        var lines = new LineReader(text, MaxLineLength);
        var examples = new List<Example>();
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            if (examples.Count == MaxLines)
            {
                throw new InputException($"'{path}' has more than {MaxLines} lines; a search takes no more.");
            }

            examples.Add(Parse(path, examples.Count + 1, line.Text));
        }

        return examples;
    }

    private static Example Parse(string path, int number, string? line)
    {
        try
        {
            using var document = JsonLine.Parse(line ?? throw new InputException($"The line has more than {MaxLineLength} characters."));
            document.RootElement.ExpectOnly("prompt", "answer");
            return new Example { Prompt = document.RootElement.Text("prompt"), Answer = document.RootElement.Text("answer") };
        }
        catch (InputException exception)
        {
            throw new InputException($"'{path}', line {number}: {exception.Message}");
        }
    }
}
