using System.CommandLine;
using Transformer2.Training.Classification;

namespace Transformer2.Cli;

/// <summary>Options that say where the examples are from.</summary>
internal sealed class ClassifierExampleOptions
{
    // More than any family has.
    private const int MostQuestions = 10_000;

    private readonly Option<string> _file = new("--examples")
    {
        Description = "Labelled prompts, lines {\"prompt\": \"...\", \"label\": \"...\"}",
        HelpName = "file",
    };

    private readonly Option<string> _corpus = new("--corpus")
    {
        Description = "Takes the prompts of the generated corpus (nano) with their categories instead",
        HelpName = "nano",
    };

    private readonly Option<int?> _questions = new("--questions")
    {
        Description = $"With --corpus: most test questions per family [default: {CorpusClassification.DefaultQuestions}]",
        HelpName = "n",
    };

    private readonly Option<string[]> _labels = new("--label")
    {
        Description = "A label; repeated, in the order of the matrices [default: those that occur]",
        HelpName = "label",
    };

    private readonly Option<double?> _validation = Share("--validation-share", "choose the state that is kept");

    private readonly Option<double?> _test = Share("--test-share", "measure it");

    public void AddTo(Command command)
    {
        _corpus.AcceptOnly("nano");
        foreach (var option in (Option[])[_file, _corpus, _questions, _labels, _validation, _test])
        {
            command.Add(option);
        }
    }

    /// <exception cref="UsageException">Options do not go together.</exception>
    public ClassifierExampleSource Read(ParseResult parsed)
    {
        var (file, corpus) = (parsed.GetValue(_file), parsed.GetValue(_corpus));
        if ((file is null) == (corpus is null))
        {
            throw new UsageException("Either --examples or --corpus is needed.");
        }

        string[]? labels = parsed.GetValue(_labels) is { Length: > 0 } named ? named : null;
        if (corpus is not null && (labels is not null || parsed.GetResult(_validation) is not null || parsed.GetResult(_test) is not null))
        {
            throw new UsageException("The corpus has labels and splits of its own: --label, --validation-share and --test-share go with --examples.");
        }

        if (file is not null && parsed.GetResult(_questions) is not null)
        {
            throw new UsageException("--questions goes with --corpus.");
        }

        var questions = parsed.GetValue(_questions) ?? CorpusClassification.DefaultQuestions;
        return questions is > 0 and <= MostQuestions
            ? new ClassifierExampleSource(file, labels, Checked(_validation, parsed), Checked(_test, parsed), questions)
            : throw new UsageException($"--questions must be between 1 and {MostQuestions}.");
    }

    private static Option<double?> Share(string name, string purpose) => new(name)
    {
        Description = $"Share of each label's prompts that only {purpose} [default: {ClassificationData.DefaultShare}]",
        HelpName = "share",
    };

    private static double Checked(Option<double?> option, ParseResult parsed) => parsed.GetValue(option) switch
    {
        null => ClassificationData.DefaultShare,
        > 0 and <= 0.4 and var share => share,
        _ => throw new UsageException($"{option.Name} must be above 0 and at most 0.4."),
    };
}
