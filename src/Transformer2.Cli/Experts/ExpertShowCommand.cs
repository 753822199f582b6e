using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 expert show</c>.</summary>
internal static class ExpertShowCommand
{
    public static Command Create(GlobalOptions global)
    {
        var id = ExpertCommands.Id();
        var command = new Command("show", "Describes an expert of the library.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var expert = await client.Experts.GetAsync(parsed.GetValue(id)!, cancellationToken);
            global.Printer(parsed).Print(expert, () => ExpertView.Details(expert));
            return ExitCode.Success;
        });
        return command;
    }
}
