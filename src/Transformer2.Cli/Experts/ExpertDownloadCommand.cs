using System.CommandLine;
using Transformer2.Experts;

namespace Transformer2.Cli;

/// <summary><c>t2 expert download</c>.</summary>
internal static class ExpertDownloadCommand
{
    public static Command Create(GlobalOptions global)
    {
        var id = ExpertCommands.Id();
        var output = new Option<string>("--output", "-o")
        {
            Description = "The file to write; an existing one is replaced once the download is complete",
            HelpName = "file",
            Required = true,
        };
        var command = new Command("download", "Fetches an expert file from the library, byte for byte as it was uploaded.") { id, output };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = OutputPath.OfFile(parsed.GetValue(output)!);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            using var content = new MemoryStream();
            using var progress = new ProgressLine(global.Host);
            var expert = await client.Experts.DownloadAsync(
                parsed.GetValue(id)!, content, new TransferReport(progress, "downloaded"), cancellationToken);
            progress.Dispose();
            AtomicFile.Write(path, content.ToArray());
            global.Printer(parsed).Print(expert, () => ExpertView.Details(expert));
            return ExitCode.Success;
        });
        return command;
    }
}
