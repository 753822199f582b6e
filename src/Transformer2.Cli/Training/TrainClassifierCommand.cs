using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 train classifier</c>.</summary>
internal static class TrainClassifierCommand
{
    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var output = new Option<string>("--output", "-o") { Description = "The expert file to write", HelpName = "file", Required = true };
        var examples = new ClassifierExampleOptions();
        var recipe = new ClassifierRecipeOptions();
        var texts = new ClassifierTextOptions();
        var threads = TrainingThreads.Option();
        var curve = new Option<string>("--learning-curve") { Description = "CSV file for the course of the training, with a drawing (.svg) beside it", HelpName = "file" };
        var chart = new Option<string>("--chart") { Description = "Also draws the confusion matrices into this SVG file", HelpName = "file" };
        var command = new Command(
            "classifier", "Trains an expert that names the category of a prompt, for the first pass of dispatch. Ctrl-C keeps a checkpoint; the same command goes on.")
        {
            model, output,
        };
        examples.AddTo(command);
        recipe.AddTo(command);
        texts.AddTo(command);
        command.Add(threads);
        command.Add(curve);
        command.Add(chart);
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new ClassifierTrainingRun(
                parsed.GetValue(model)!,
                OutputPath.OfFile(parsed.GetValue(output)!),
                examples.Read(parsed),
                texts.Read(parsed),
                recipe.Read(parsed),
                TrainingThreads.Checked(parsed.GetValue(threads)),
                parsed.GetValue(curve) is { } csv ? OutputPath.OfFile(csv, "--learning-curve") : null,
                parsed.GetValue(chart) is { } svg ? OutputPath.OfFile(svg, "--chart") : null,
                placement.ReadForTraining(parsed));
            var report = await Task.Run(() => run.RunAsync(global.Host, cancellationToken), cancellationToken);
            global.Printer(parsed).PrintRecord(report, () => ClassifierTrainingView.Text(report));
            return ExitCode.Success;
        });
        return command;
    }
}
