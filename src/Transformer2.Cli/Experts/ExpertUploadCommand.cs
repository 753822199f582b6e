using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 expert upload</c>.</summary>
internal static class ExpertUploadCommand
{
    public static Command Create(GlobalOptions global)
    {
        var file = new Argument<string>("file") { Description = "The expert file (safetensors)" };
        var id = new Option<string>("--id") { Description = "Id of the expert in the library", HelpName = "id", Required = true };
        var displayName = new Option<string>("--display-name") { Description = "A name for people", HelpName = "text" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace an expert that has this id" };
        var command = new Command("upload", "Adds an expert file to the library.") { file, id, displayName, overwrite };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var content = LocalFile.Open(parsed.GetValue(file)!);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            using var progress = new ProgressLine(global.Host);
            var expert = await client.Experts.UploadAsync(
                new UploadExpertMetadata
                {
                    ExpertId = parsed.GetValue(id),
                    DisplayName = parsed.GetValue(displayName) ?? "",
                    Overwrite = parsed.GetValue(overwrite),
                },
                content,
                new TransferReport(progress, "uploaded"),
                cancellationToken);
            progress.Dispose();
            global.Printer(parsed).Print(expert, () => ExpertView.Details(expert));
            return ExitCode.Success;
        });
        return command;
    }
}
