using System.CommandLine;
using System.Globalization;

namespace Transformer2.Cli;

/// <summary><c>t2 train expert</c>.</summary>
internal static class TrainExpertCommand
{
    private static readonly string[] Categories = ["math", "code", "reasoning", "other"];

    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var category = new Option<string>("--category") { Description = "What it learns", Required = true };
        category.AcceptOnly(Categories);
        var output = new Option<string>("--output", "-o") { Description = "The expert file to write", HelpName = "file", Required = true };
        var seed = new Option<ulong?>("--seed") { Description = "Names the order of the examples [default: 1]", HelpName = "seed" };
        var steps = new Option<int?>("--steps") { Description = "Optimizer steps [default: the recipe's]", HelpName = "n" };
        var threads = TrainingThreads.Option();
        var curve = new Option<string>("--loss-curve") { Description = "CSV file for the loss of every step, with a drawing (.svg) beside it", HelpName = "file" };
        var command = new Command(
            "expert", "Trains an expert by next-token prediction on a category of the generated corpus. Ctrl-C keeps a checkpoint; the same command goes on.")
        {
            model, category, output, seed, steps, threads, curve,
        };
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new ExpertTrainingRun(
                parsed.GetValue(model)!,
                parsed.GetValue(category)!,
                OutputPath.OfFile(parsed.GetValue(output)!),
                parsed.GetValue(seed),
                Steps.Checked(parsed.GetValue(steps)),
                TrainingThreads.Checked(parsed.GetValue(threads)),
                parsed.GetValue(curve) is { } file ? OutputPath.OfFile(file, "--loss-curve") : null,
                placement.ReadForTraining(parsed));
            var result = await Task.Run(() => run.Run(global.Host, cancellationToken), cancellationToken);
            global.Printer(parsed).PrintRecord(result, () => Text(result));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Text(ExpertTrainingResult result)
    {
        var facts = new TextTable()
            .Add("expert", result.Output)
            .Add("category", result.Category)
            .Add("parameters", result.Parameters)
            .Add("best step", result.BestStep);
        var looks = new TextTable("STEP", "OWN CATEGORY", "OTHERS", "");
        foreach (var look in result.Validation)
        {
            looks.Add(look.Step, Percent(look.Own), Percent(look.Others), look.Step == result.BestStep ? "kept" : "");
        }

        return $"{facts}\n{looks}";
    }

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);
}
