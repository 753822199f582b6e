namespace Transformer2.Cli;

/// <summary>Examples from a file of lines of JSON. Every line is one, so that what the server says of example N is of line N.</summary>
internal static class ExampleFile
{
    // Two texts of 64 KiB, escaped.
    private const int MaxLineLength = 1 << 20;
    private const int MaxLines = 100_000;

    /// <param name="path">The file.</param>
    /// <param name="second">Name of the second member; the first is <c>prompt</c>.</param>
    /// <param name="create">Makes an example of a prompt and the second member.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InputException">The file, or a line of it, is not what it should be; the message names the line.</exception>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(
        string path, string second, Func<string, string, T> create, CancellationToken cancellationToken)
    {
        await using var file = LocalFile.Open(path);
        using var text = StandardInput.Reader(file);
        var lines = new LineReader(text, MaxLineLength);
        var examples = new List<T>();
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            try
            {
                using var document = JsonLine.Parse(
                    line.Text ?? throw new InputException($"The line has more than {MaxLineLength} characters."));
                document.RootElement.ExpectOnly("prompt", second);
                examples.Add(create(document.RootElement.Text("prompt"), document.RootElement.Text(second)));
            }
            catch (InputException exception)
            {
                throw new InputException($"'{path}', line {examples.Count + 1}: {exception.Message}");
            }

            if (examples.Count > MaxLines)
            {
                throw new InputException($"'{path}' has more than {MaxLines} lines.");
            }
        }

        return examples;
    }
}
