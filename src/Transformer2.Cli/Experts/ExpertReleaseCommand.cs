using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 expert release</c>.</summary>
internal static class ExpertReleaseCommand
{
    public static Command Create(GlobalOptions global)
    {
        var id = ExpertCommands.Id();
        var etag = new Option<string>("--etag") { Description = "Release it only if it still has this etag", HelpName = "etag" };
        var command = new Command("release", "Lets an expert answer that is in quarantine because it did not pass the gates of its training.") { id, etag };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var expert = await client.Experts.ReleaseAsync(parsed.GetValue(id)!, parsed.GetValue(etag) ?? "", cancellationToken);
            global.Printer(parsed).Print(expert, () => ExpertView.Details(expert));
            return ExitCode.Success;
        });
        return command;
    }
}
