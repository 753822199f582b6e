using System.CommandLine;
using System.CommandLine.Invocation;

namespace Transformer2.Cli;

/// <summary>The command line <c>t2</c>: parses, runs, and turns every outcome into an exit code.</summary>
internal static class T2
{
    // How long Ctrl-C waits for a command to put its work away: a trainer writes a checkpoint.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliHost host, CancellationToken cancellationToken = default)
    {
        // Prompts may begin with '@', which would otherwise name a file of further arguments.
        var parsed = CommandTree.Create(host).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            return Report(host, new Failure(
                ExitCode.Usage, UsageErrors.Describe(parsed)));
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = host.Output,
                    Error = host.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TerminationTimeout,
                },
                cancellationToken);
        }
        catch (Exception exception)
        {
            return Report(host, Failure.Of(exception));
        }
    }

    private static int Report(CliHost host, Failure failure)
    {
        host.Error.WriteLine($"t2: {OneLine.Of(failure.Message)}");
        return failure.ExitCode;
    }
}
