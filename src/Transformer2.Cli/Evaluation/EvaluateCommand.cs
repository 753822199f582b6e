using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 evaluate</c>: accuracy per task family, base model against experts.</summary>
internal static class EvaluateCommand
{
    private const int MostQuestions = 100_000;

    private static readonly string[] Splits = ["test", "validation", "train"];

    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var experts = new Option<string[]>("--expert") { Description = "Expert file: one column each", HelpName = "file" };
        var split = new Option<string>("--split") { Description = "Which questions", DefaultValueFactory = _ => Splits[0] };
        split.AcceptOnly(Splits);
        var questions = new Option<int>("--questions")
        {
            Description = "Most questions per family",
            HelpName = "n",
            DefaultValueFactory = _ => 300,
        };
        var seed = new Option<ulong>("--seed") { Description = "Names the sample of questions", HelpName = "seed", DefaultValueFactory = _ => 1 };
        var chart = new Option<string?>("--chart") { Description = "Also draws the families' results as bars into this SVG file", HelpName = "file" };
        var command = new Command(
            "evaluate", "Measures greedy accuracy per task family of the generated corpus, with 95 % intervals; needs no server.")
        {
            model, experts, split, questions, seed, chart,
        };
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.Add(EvaluateDispatchCommand.Create(global));
        command.Add(EvaluateFewShotCommand.Create(global));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(questions);
            if (count is < 1 or > MostQuestions)
            {
                throw new UsageException($"--questions must be between 1 and {MostQuestions}.");
            }

            var drawing = parsed.GetValue(chart) is { } file ? OutputPath.OfFile(file, "--chart") : null;
            var run = new EvaluationRun(
                parsed.GetValue(model)!, parsed.GetValue(experts) ?? [], parsed.GetValue(split)!, count, parsed.GetValue(seed), placement.Read(parsed));
            var report = await Task.Run(() => run.RunAsync(global.Host, cancellationToken), cancellationToken);
            if (drawing is not null)
            {
                EvaluationView.Draw(report, drawing);
            }

            global.Printer(parsed).PrintRecord(report, () => EvaluationView.Table(report));
            return ExitCode.Success;
        });
        return command;
    }
}
