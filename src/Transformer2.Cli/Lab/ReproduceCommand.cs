using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 lab reproduce</c>: the paper's tables and figures on the bundled model, from nothing but the repository.</summary>
internal static class ReproduceCommand
{
    public static Command Create(GlobalOptions global)
    {
        var output = new Option<string>("--output", "-o") { Description = "The document; figures go into a folder of its name beside it", HelpName = "file", DefaultValueFactory = _ => "docs/results.md" };
        var work = new Option<string>("--work")
        {
            Description = "Folder for the results of finished units and the checkpoints of others: the same command goes on there, and several processes share the work",
            HelpName = "folder",
            DefaultValueFactory = _ => Path.Combine(DataDirectory.Default, "lab"),
        };
        var model = new Option<string>("--model") { Description = "Folder of the base model", HelpName = "folder", DefaultValueFactory = _ => "models/nano" };
        var quick = new Option<bool>("--quick") { Description = "The same path in seconds, with numbers that say nothing: for tests" };
        var render = new Option<bool>("--render") { Description = "Computes nothing, and writes the document from the units that are done" };
        var seed = new Option<ulong>("--seed") { Description = "Names trainings, questions and searches", HelpName = "seed", DefaultValueFactory = _ => 1 };
        var threads = TrainingThreads.Option();
        var command = new Command(
            "reproduce", "Trains, measures and writes docs/results.md with its figures. Ctrl-C keeps what is done, and writes the document as far as that goes; the same command goes on.")
        {
            output, work, model, quick, render, seed, threads,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var reproduction = new Reproduction(
                OutputPath.OfFile(parsed.GetValue(output)!),
                OutputPath.OfFolder(parsed.GetValue(work)!, "--work"),
                parsed.GetValue(model)!,
                parsed.GetValue(quick) ? LabSizes.Quick : LabSizes.Full,
                parsed.GetValue(seed),
                TrainingThreads.Checked(parsed.GetValue(threads)));
            var report = await Task.Run(() => reproduction.RunAsync(global.Host, compute: !parsed.GetValue(render), cancellationToken), cancellationToken);
            global.Printer(parsed).PrintRecord(report, () => new TextTable()
                .Add("document", report.Output)
                .Add("units done", report.Done)
                .Add("units", report.Units)
                .ToString());
            return ExitCode.Success;
        });
        return command;
    }
}
