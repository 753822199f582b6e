using System.CommandLine;

namespace Transformer2.Cli;

/// <summary>What was deleted.</summary>
internal sealed record DeletedExpert(string Id);

/// <summary><c>t2 expert delete</c>.</summary>
internal static class ExpertDeleteCommand
{
    public static Command Create(GlobalOptions global)
    {
        var id = ExpertCommands.Id();
        var etag = new Option<string>("--etag") { Description = "Remove it only if it still has this etag", HelpName = "etag" };
        var command = new Command("delete", "Removes an expert from the library.") { id, etag };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            await client.Experts.DeleteAsync(parsed.GetValue(id)!, parsed.GetValue(etag) ?? "", cancellationToken);
            var deleted = new DeletedExpert(parsed.GetValue(id)!);
            global.Printer(parsed).PrintRecord(deleted, () => $"deleted {deleted.Id}\n");
            return ExitCode.Success;
        });
        return command;
    }
}
