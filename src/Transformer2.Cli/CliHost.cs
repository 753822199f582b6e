namespace Transformer2.Cli;

/// <summary>What the commands see of the process, so that tests can stand in for it.</summary>
/// <param name="Input">Standard input.</param>
/// <param name="Output">Standard output: results only.</param>
/// <param name="Error">Standard error: progress, diagnostics and errors.</param>
/// <param name="Environment">Reads an environment variable.</param>
/// <param name="Directory">The current directory.</param>
/// <param name="LiveError">Standard error is a terminal, on which a line may be rewritten.</param>
/// <param name="Time">The clock.</param>
internal sealed record CliHost(
    TextReader Input,
    TextWriter Output,
    TextWriter Error,
    Func<string, string?> Environment,
    string Directory,
    bool LiveError,
    TimeProvider Time)
{
    /// <summary>Whether nobody reads standard output any more.</summary>
    public Func<bool> IsOutputClosed { get; init; } = () => false;

    /// <summary>The running process.</summary>
    public static CliHost OfProcess() => new(
        // Other than Console.In it gives what is there instead of waiting for a full buffer. Redirected, it is UTF-8 whatever the locale.
        Console.IsInputRedirected
            ? StandardInput.Reader(Console.OpenStandardInput())
            : new StreamReader(Console.OpenStandardInput(), Console.InputEncoding),
        Console.IsOutputRedirected ? new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true } : Console.Out,
        Console.Error,
        System.Environment.GetEnvironmentVariable,
        System.Environment.CurrentDirectory,
        !Console.IsErrorRedirected,
        TimeProvider.System)
    {
        IsOutputClosed = StandardOutput.IsClosed,
    };
}
