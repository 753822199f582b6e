using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 model info</c>: a local base model.</summary>
internal static class ModelInfoCommand
{
    public static Command Create(GlobalOptions global)
    {
        var folder = LocalFolder.Argument();
        var command = new Command("info", "Describes a local base model: architecture, files, fingerprints, sizes of experts. Needs no server and loads no weights.")
        {
            folder,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = parsed.GetValue(folder)!;
            var report = await Task.Run(() => LocalFolder.Use(directory, ModelInfoReport.Of), cancellationToken);
            global.Printer(parsed).PrintRecord(report, report.Text);
            return ExitCode.Success;
        });
        return command;
    }
}
