using System.CommandLine;
using Transformer2.Client;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Waits for a training's end and shows it.</summary>
internal static class TrainJobWait
{
    /// <param name="global">The process.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="client">The platform.</param>
    /// <param name="name">The job.</param>
    /// <param name="course">Where its course goes.</param>
    /// <param name="everyChange">As JSON, prints a line for every change instead of one document at the end.</param>
    /// <param name="cancellationToken">Ends the waiting; the job goes on.</param>
    public static async Task<int> RunAsync(
        GlobalOptions global,
        ParseResult parsed,
        Transformer2Client client,
        string name,
        TrainJobFiles.Course course,
        bool everyChange,
        CancellationToken cancellationToken)
    {
        var printer = global.Printer(parsed);
        var last = new V1.Training();
        using (var progress = new ProgressLine(global.Host))
        {
            try
            {
                await foreach (var training in client.Training.WatchAsync(name, cancellationToken))
                {
                    last = training;
                    course.Add(training);
                    progress.Report(() => TrainJobView.Line(training, course));
                    if (everyChange && printer.IsJson)
                    {
                        printer.Output.Write(Json.Line(training));
                    }
                }
            }
            catch (OperationCanceledException)
            {
                progress.Dispose();
                var id = AdaptationView.ShortOf(name);
                global.Host.Error.WriteLine($"t2: the job goes on; 't2 train job watch {id}' follows it, 't2 train job cancel {id}' ends it");
                throw;
            }
            finally
            {
                course.Save($"{AdaptationView.ShortOf(name)}: {last.Recipe?.Objective}");
            }
        }

        if (!everyChange || !printer.IsJson)
        {
            printer.Print(course.Complete(last), () => TrainJobView.Details(last));
        }

        return last.State switch
        {
            TrainingState.Succeeded or TrainingState.Quarantined => ExitCode.Success,
            TrainingState.Cancelled => ExitCode.Cancelled,
            _ => AdaptationWait.CodeOf(last.Error),
        };
    }
}
