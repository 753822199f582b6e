using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 generate</c>: answers a prompt.</summary>
internal static class GenerateCommand
{
    public static Command Create(GlobalOptions global)
    {
        var options = new GenerateOptions();
        var command = new Command("generate", "Answers a prompt with the base model, an expert, or a mixture of experts.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = await options.RequestAsync(parsed, global.Host, cancellationToken);
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var view = new GenerationView(global.Printer(parsed), parsed.GetValue(options.Verbose) ? global.Host.Error : TextWriter.Null, several: request.N > 1);
            await foreach (var message in client.GenerateAsync(request, options.Timeout(parsed), cancellationToken))
            {
                await view.ShowAsync(message);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
