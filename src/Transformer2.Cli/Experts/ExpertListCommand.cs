using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 expert list</c>.</summary>
internal static class ExpertListCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("list", "Lists the library.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var experts = await client.Experts.ListAsync(cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            global.Printer(parsed).PrintList("experts", experts, () => ExpertView.Table(experts));
            return ExitCode.Success;
        });
        return command;
    }
}
