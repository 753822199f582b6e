using System.Text.Json;
using Transformer2.Training.Classification;

namespace Transformer2.Cli;

/// <summary>Labelled prompts as lines <c>{"prompt": "...", "label": "..."}</c>; empty lines are passed over.</summary>
internal static class LabelledPromptFile
{
    // A byte may be an escape of six characters, and a line has room for more than its prompt.
    private static readonly int MaxLine = (6 * ClassificationLimits.Default.MaxPromptBytes) + 4096;

    /// <summary>Reads a file; a prompt's position is the number of its line.</summary>
    /// <exception cref="InputException">A line is of another form, or there are more than anyone can train from.</exception>
    public static async Task<IReadOnlyList<LabelledPrompt>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = LocalFile.Open(path);
        using var text = StandardInput.Reader(file);
        var lines = new LineReader(text, MaxLine);
        var prompts = new List<LabelledPrompt>();
        var bytes = 0L;
        for (var number = 1; await lines.ReadAsync(cancellationToken) is { } line; number++)
        {
            if (line.Text is { } some && string.IsNullOrWhiteSpace(some))
            {
                continue;
            }

            var prompt = Parse(path, number, line.Text);
            prompts.Add(prompt);
            bytes += prompt.Prompt.Length;
            if (prompts.Count > ClassificationLimits.Default.MaxExamples || bytes > ClassificationLimits.Default.MaxTotalBytes)
            {
                // The trainer says so, too; but not before everything is in memory.
                throw Refused(path, new ClassificationDataException(
                    ClassificationDataReason.TooManyExamples, $"There are more than {ClassificationLimits.Default.MaxExamples} examples, or {Amounts.Bytes(ClassificationLimits.Default.MaxTotalBytes)} of them.", number));
            }
        }

        return prompts;
    }

    /// <summary>A fault of the examples, with the file and the line.</summary>
    public static InputException Refused(string path, ClassificationDataException fault) =>
        new($"{Place(path, fault.Position)}: {fault.Reason}: {fault.Message}");

    private static LabelledPrompt Parse(string path, int number, string? line)
    {
        try
        {
            using var document = JsonLine.Parse(line ?? throw new InputException($"The line has more than {MaxLine} characters."));
            document.RootElement.ExpectOnly("prompt", "label");
            return new LabelledPrompt(document.RootElement.Text("prompt"), document.RootElement.Text("label"), number);
        }
        catch (InputException exception)
        {
            throw new InputException($"{Place(path, number)}: {exception.Message}");
        }
    }

    private static string Place(string path, int? line) => line is { } number ? $"'{path}', line {number}" : $"'{path}'";
}
