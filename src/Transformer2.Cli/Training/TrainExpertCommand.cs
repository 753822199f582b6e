using System.CommandLine;
using Transformer2.Training.Corpus;

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
        var families = new Option<string[]>("--family") { Description = "Only these of the category's families; may be repeated [default: all but the unseen one]", HelpName = "name" };
        var recipe = new ExpertRecipeOptions();
        var learning = new Option<string>("--learning-curve") { Description = "CSV file for the course of the training, with a drawing (.svg) beside it", HelpName = "file" };
        var threads = TrainingThreads.Option();
        var curve = new Option<string>("--loss-curve") { Description = "CSV file for the loss of every step, with a drawing (.svg) beside it", HelpName = "file" };
        var command = new Command(
            "expert", "Trains an expert on a category of the generated corpus, by demonstrations or by rewards. Ctrl-C keeps a checkpoint; the same command goes on.")
        {
            model, category, families, output, seed, steps, threads, curve, learning,
        };
        recipe.AddTo(command);
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(model)!;
            var what = parsed.GetValue(category)!;
            var file = OutputPath.OfFile(parsed.GetValue(output)!);
            var count = Steps.Checked(parsed.GetValue(steps));
            var cores = TrainingThreads.Checked(parsed.GetValue(threads));
            var losses = parsed.GetValue(curve) is { } csv ? OutputPath.OfFile(csv, "--loss-curve") : null;
            var course = parsed.GetValue(learning) is { } csv2 ? OutputPath.OfFile(csv2, "--learning-curve") : null;
            var place = placement.ReadForTraining(parsed);
            Func<ExpertTrainingResult> train;
            if (recipe.IsPlain(parsed) && parsed.GetValue(families) is null or [])
            {
                var run = new ExpertTrainingRun(folder, what, file, parsed.GetValue(seed), count, cores, losses, course, place);
                train = () => run.Run(global.Host, cancellationToken);
            }
            else
            {
                var options = recipe.Read(parsed);
                options = options with { Seed = parsed.GetValue(seed) ?? options.Seed, Steps = count ?? options.Steps };
                ExpertRecipeOptions.Check(options);
                var run = new ExpertTaskRun(folder, what, Families(what, parsed.GetValue(families) ?? []), file, options, cores, losses, course, place);
                train = () => run.Run(global.Host, cancellationToken);
            }

            var result = await Task.Run(train, cancellationToken);
            global.Printer(parsed).PrintRecord(result, () => Text(result));
            return ExitCode.Success;
        });
        return command;
    }

    private static string[] Families(string category, string[] names)
    {
        string[] known = [.. CategoryTask.FamiliesOf(Enum.Parse<Category>(category, ignoreCase: true)).Select(family => family.Name)];
        return Array.Find(names, name => !known.Contains(name)) is { } other
            ? throw new UsageException($"--family: '{other}' is none of {string.Join(", ", known)}, the families of {category} that training may use.")
            : names;
    }

    private static string Text(ExpertTrainingResult result)
    {
        var facts = new TextTable()
            .Add("expert", result.Output)
            .Add("category", result.Category)
            .Add("objective", result.Objective)
            .Add("parameters", result.Parameters)
            .Add("best step", result.BestStep);
        var looks = new TextTable("STEP", "OWN CATEGORY", "OTHERS", "");
        foreach (var look in result.Validation)
        {
            looks.Add(look.Step, look.OwnAccuracy.Text(), look.OthersAccuracy.Text(), look.Step == result.BestStep ? "kept" : "");
        }

        return $"{facts}\n{looks}\nRight answers in percent with 95 % intervals; own category: n = {result.Validation[0].OwnAccuracy.N}, others: n = {result.Validation[0].OthersAccuracy.N}.\n";
    }
}
