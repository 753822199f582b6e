using System.Text.Json;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary>Answers lines of JSON on standard input by lines of JSON on standard output, one for one and as they come.</summary>
internal static class JsonLines
{
    /// <summary>Most UTF-16 units of a line.</summary>
    public const int MaxLength = 64 << 20;

    /// <summary>Runs until the input ends. A line that cannot be answered gives <c>{"error": …}</c>, and the others go on.</summary>
    /// <param name="host">The process.</param>
    /// <param name="answer">Gives the answer to an object; an <see cref="InputException"/> or <see cref="TokenizerException"/> refuses it.</param>
    /// <param name="cancellationToken">Stops between two lines or within one.</param>
    /// <returns>The exit code; when nobody reads the output any more, that of a cancelled command.</returns>
    /// <exception cref="InputException">At the end: lines were refused.</exception>
    public static async Task<int> RunAsync(CliHost host, Func<JsonElement, string> answer, CancellationToken cancellationToken)
    {
        var lines = new LineReader(host.Input, MaxLength);
        var (count, refused) = (0L, 0L);
        while (await lines.ReadAsync(cancellationToken) is { } line)
        {
            var (output, isRefused) = await Task.Run(() => Answer(line, answer), cancellationToken).WaitAsync(cancellationToken);
            count++;
            refused += isRefused ? 1 : 0;
            host.Output.Write(output + "\n");
            host.Output.Flush();
            if (host.IsOutputClosed())
            {
                return ExitCode.Cancelled;
            }
        }

        return refused == 0 ? ExitCode.Success : throw new InputException($"{refused} of {count} lines were refused.");
    }

    private static (string Output, bool IsRefused) Answer(InputLine line, Func<JsonElement, string> answer)
    {
        try
        {
            using var document = JsonLine.Parse(
                line.Text ?? throw new InputException($"The line has more than {MaxLength} characters."));
            return (answer(document.RootElement), false);
        }
        catch (Exception exception) when (exception is InputException or TokenizerException)
        {
            return (JsonLine.Of("error", exception.Message), true);
        }
    }
}
