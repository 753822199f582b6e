using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 train base</c>.</summary>
internal static class TrainBaseCommand
{
    public static Command Create(GlobalOptions global)
    {
        var output = new Option<string>("--output", "-o")
        {
            Description = "Folder for the model. A training that was stopped there goes on",
            HelpName = "folder",
            Required = true,
        };
        var seed = new Option<ulong?>("--seed") { Description = "Names the corpus and the initial weights [default: 1]", HelpName = "seed" };
        var steps = new Option<int?>("--steps") { Description = "Optimizer steps in all [default: the recipe's]", HelpName = "n" };
        var threads = TrainingThreads.Option();
        var command = new Command("base", "Trains a small base model on the generated corpus. Ctrl-C keeps a checkpoint.") { output, seed, steps, threads };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new BaseTrainingRun(
                OutputPath.OfFolder(parsed.GetValue(output)!), parsed.GetValue(seed), Steps.Checked(parsed.GetValue(steps)), TrainingThreads.Checked(parsed.GetValue(threads)));
            var result = await Task.Run(() => run.Run(global.Host, cancellationToken), cancellationToken);
            global.Printer(parsed).PrintRecord(result, () => new TextTable()
                .Add("model", result.Output)
                .Add("parameters", result.Parameters)
                .Add("steps", result.Steps)
                .Add("loss", Amounts.Figure(result.Loss))
                .ToString());
            return ExitCode.Success;
        });
        return command;
    }
}
