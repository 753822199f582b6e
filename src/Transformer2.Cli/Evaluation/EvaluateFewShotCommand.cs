using System.CommandLine;
using System.Globalization;
using Transformer2.Adaptation.Search;

namespace Transformer2.Cli;

/// <summary><c>t2 evaluate few-shot</c>: what mixtures that are searched with few examples are worth on others.</summary>
internal static class EvaluateFewShotCommand
{
    private const int MostSeeds = 100;

    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var experts = new Option<string[]>("--expert") { Description = "Expert file to mix; repeated", HelpName = "file", Required = true };
        var shots = new Option<string>("--shots")
        {
            Description = $"Examples to search with, up to {SearchExample.MaxCount}; several numbers are measured one after the other",
            HelpName = "n,n,...",
            DefaultValueFactory = _ => "3,5,10,20",
        };
        var seeds = new Option<int>("--seeds") { Description = "How often, with other examples and random numbers", HelpName = "n", DefaultValueFactory = _ => 3 };
        var perMatrix = new Option<bool>("--per-matrix") { Description = "Search a weight per expert and matrix, instead of one per expert" };
        var examples = new Option<string?>("--examples")
        {
            Description = "Lines {\"prompt\": ..., \"answer\": ...} instead of the generated corpus's unseen families; shots are drawn of them, the others measure",
            HelpName = "file",
        };
        var sequences = new Option<string?>("--sequences")
        {
            Description = "safetensors file with sequences of token ids, I64 [sequences, tokens], likewise; only their probability is measured",
            HelpName = "file",
        };
        var tensor = new Option<string?>("--tensor") { Description = "Name of the tensor in the file of --sequences", HelpName = "name" };
        var chart = new Option<string?>("--chart") { Description = "Also draws the accuracies as bars into this SVG file", HelpName = "file" };
        var questions = new QuestionOptions(mostPerFamily: 100);
        var command = new Command(
            "few-shot", "Measures mixtures of experts that are searched with few examples: base, best expert, uniform, random shooting, CEM; needs no server.")
        {
            model, experts, shots, seeds, perMatrix, examples, sequences, tensor, chart,
        };
        questions.AddTo(command);
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            placement.Read(parsed);
            var (lines, ids, name) = (parsed.GetValue(examples), parsed.GetValue(sequences), parsed.GetValue(tensor));
            Require(lines is null || ids is null, "--examples and --sequences exclude each other.");
            Require(ids is null == name is null, "--sequences and --tensor go together.");
            Require(ids is null || parsed.GetValue(chart) is null, "--chart draws accuracies; --sequences have none.");
            Require(parsed.GetValue(seeds) is >= 1 and <= MostSeeds, $"--seeds must be between 1 and {MostSeeds}.");
            var drawing = parsed.GetValue(chart) is { } file ? OutputPath.OfFile(file, "--chart") : null;
            var most = questions.Count(parsed);
            var run = new FewShotRun
            {
                Model = parsed.GetValue(model)!,
                Experts = parsed.GetValue(experts)!,
                Tasks = async stopping => (lines, ids) switch
                {
                    ({ } path, _) => [FewShotTask.OfFile(path, await FewShotTask.ReadExamplesAsync(path, stopping), most, isGraded: true)],
                    (_, { } path) => [FewShotTask.OfFile(path, FewShotTask.ReadSequences(path, name!), most, isGraded: false)],
                    _ => FewShotTask.OfCorpus(questions.Split(parsed), most, questions.Seed(parsed)),
                },
                NeedsTokenizer = ids is null,
                Shots = Numbers(parsed.GetValue(shots)!),
                Seeds = parsed.GetValue(seeds),
                Granularity = parsed.GetValue(perMatrix) ? WeightGranularity.PerMatrix : WeightGranularity.Global,
                Place = (placement.DType(parsed), placement.Device(parsed)),
            };
            var report = await Task.Run(() => run.RunAsync(global.Host, cancellationToken), cancellationToken);
            if (drawing is not null)
            {
                FewShotView.Draw(report, drawing);
            }

            global.Printer(parsed).PrintRecord(report, () => FewShotView.Text(report));
            return ExitCode.Success;
        });
        return command;
    }

    private static int[] Numbers(string text) =>
        [.. text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= SearchExample.MaxCount
            ? number
            : throw new UsageException($"--shots: '{part}' is not a number from 1 to {SearchExample.MaxCount}."))];

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new UsageException(message);
        }
    }
}
