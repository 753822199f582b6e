using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 evaluate dispatch</c>: how well the platform's choice of experts answers the generated corpus's questions.</summary>
internal static class EvaluateDispatchCommand
{
    private const string Extension = ".safetensors";

    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var experts = new Option<string[]>("--expert") { Description = $"A category's expert; categories are {string.Join(", ", Names)}", HelpName = "category=file" };
        var directory = new Option<string?>("--experts-directory")
        {
            Description = $"Folder with experts named as their categories, such as {Names[0]}{Extension}; other files are left out",
            HelpName = "folder",
        };
        var classifier = new Option<string>("--classifier") { Description = "The classification expert's file", HelpName = "file", Required = true };
        var questions = new QuestionOptions(mostPerFamily: 300);
        var chart = new Option<string?>("--chart") { Description = "Also draws the answers' accuracy as bars into this SVG file", HelpName = "file" };
        var command = new Command(
            "dispatch", "Measures automatic dispatch on the generated corpus: right categories and right answers, with 95 % intervals; needs no server.")
        {
            model, experts, directory, classifier, chart,
        };
        questions.AddTo(command);
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            placement.Read(parsed);
            var drawing = parsed.GetValue(chart) is { } file ? OutputPath.OfFile(file, "--chart") : null;
            var run = new DispatchEvaluationRun(
                parsed.GetValue(model)!,
                Experts(parsed.GetValue(experts) ?? [], parsed.GetValue(directory)),
                parsed.GetValue(classifier)!,
                questions.Split(parsed),
                questions.Count(parsed),
                questions.Seed(parsed),
                (placement.DType(parsed), placement.Device(parsed)));
            LocalFile.RequireNoFolder(run.Classifier);
            var report = await Task.Run(() => run.RunAsync(global.Host, cancellationToken), cancellationToken);
            if (drawing is not null)
            {
                DispatchEvaluationView.Draw(report, drawing);
            }

            global.Printer(parsed).PrintRecord(report, () => DispatchEvaluationView.Text(report));
            return ExitCode.Success;
        });
        return command;
    }

    // By name: the corpus itself would load libtorch for every command.
    private static string[] Names => ["math", "code", "reasoning", "other"];

    private static CategoryExpert[] Experts(string[] named, string? directory)
    {
        var experts = directory is null ? [] : InFolder(directory).ToDictionary(expert => expert.Category);
        foreach (var text in named)
        {
            var sign = text.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0 || !Names.Contains(text[..sign]) || sign == text.Length - 1)
            {
                throw new UsageException($"--expert: '{text}' is not category=file, with one of the categories {string.Join(", ", Names)}.");
            }

            experts[text[..sign]] = new CategoryExpert(text[..sign], text[(sign + 1)..]);
        }

        return experts.Count > 0
            ? [.. Names.Where(experts.ContainsKey).Select(name => experts[name])]
            : throw new UsageException("There is no expert: give --expert category=file, or --experts-directory with files of the categories' names.");
    }

    private static IEnumerable<CategoryExpert> InFolder(string directory) => Directory.Exists(directory)
        ? Names.Select(name => new CategoryExpert(name, Path.Combine(directory, name + Extension))).Where(expert => File.Exists(expert.File))
        : throw new DirectoryNotFoundException($"There is no folder '{directory}'.");
}
