using System.CommandLine;
using Transformer2.Client;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Waits for a job's end and shows it.</summary>
internal static class AdaptationWait
{
    /// <param name="global">The process.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="client">The platform.</param>
    /// <param name="name">The job.</param>
    /// <param name="everyChange">As JSON, prints a line for every change instead of one document at the end.</param>
    /// <param name="cancellationToken">Ends the waiting; the job goes on.</param>
    public static async Task<int> RunAsync(
        GlobalOptions global, ParseResult parsed, Transformer2Client client, string name, bool everyChange, CancellationToken cancellationToken)
    {
        var printer = global.Printer(parsed);
        var last = new V1.Adaptation();
        using (var progress = new ProgressLine(global.Host))
        {
            try
            {
                await foreach (var adaptation in client.Adaptation.WatchAsync(name, cancellationToken))
                {
                    last = adaptation;
                    progress.Report(() => AdaptationView.Line(adaptation));
                    if (everyChange && printer.IsJson)
                    {
                        printer.Output.Write(Json.Line(adaptation));
                    }
                }
            }
            catch (OperationCanceledException)
            {
                progress.Dispose();
                var id = AdaptationView.ShortOf(name);
                global.Host.Error.WriteLine($"t2: the job goes on; 't2 adapt watch {id}' follows it, 't2 adapt cancel {id}' ends it");
                throw;
            }
        }

        if (!everyChange || !printer.IsJson)
        {
            printer.Print(last, () => AdaptationView.Details(last));
        }

        return CodeOf(last);
    }

    private static int CodeOf(V1.Adaptation adaptation) => adaptation.State switch
    {
        AdaptationState.Succeeded => ExitCode.Success,
        AdaptationState.Cancelled => ExitCode.Cancelled,
        _ => CodeOf(adaptation.Error),
    };

    /// <summary>A job's failure ends the command as the same refusal of a call does.</summary>
    public static int CodeOf(AdaptationError? error) => error?.Reason switch
    {
        "INTERNAL" or null => ExitCode.Unexpected,
        var reason when reason.EndsWith("_NOT_FOUND", StringComparison.Ordinal) => ExitCode.NotFound,
        var reason when reason.EndsWith("_QUOTA", StringComparison.Ordinal) => ExitCode.Exhausted,
        _ => ExitCode.InvalidInput,
    };
}
