using System.Globalization;
using Transformer2.Adaptation.Classification;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.Classification;
using Transformer2.Training.Reports;

namespace Transformer2.Cli;

/// <summary>Where the labelled prompts are from.</summary>
/// <param name="File">A file of lines; null takes the generated corpus.</param>
/// <param name="Labels">The labels in order; null takes those that occur.</param>
/// <param name="ValidationShare">Share for validation.</param>
/// <param name="TestShare">Share for the test.</param>
/// <param name="Questions">Most test questions of a family of the corpus.</param>
internal sealed record ClassifierExampleSource(string? File, IReadOnlyList<string>? Labels, double ValidationShare, double TestShare, int Questions);

/// <summary>The training of a classification expert for a local base model.</summary>
internal sealed record ClassifierTrainingRun(
    string Model, string Output, ClassifierExampleSource Source, ClassificationTemplate Template, ClassifierOptions Options, int? Threads, string? CurveFile, string? Chart, Placement Placement)
{
    /// <exception cref="InputException">The examples do not do, or the checkpoint is of another training.</exception>
    public async Task<ClassifierTrainingReport> RunAsync(CliHost host, CancellationToken cancellationToken)
    {
        try
        {
            var data = Source.File is { } file
                ? ClassificationData.Split(await LabelledPromptFile.ReadAsync(file, cancellationToken), Source.Labels, Source.ValidationShare, Source.TestShare)
                : Corpus.Data();
            // On one thread from here on: libtorch keeps "no gradients", scopes and the number of threads per thread.
            return Train(data, host, cancellationToken);
        }
        catch (ClassificationDataException fault)
        {
            throw Source.File is { } file ? LabelledPromptFile.Refused(file, fault) : new InputException($"{fault.Reason}: {fault.Message}");
        }
    }

    private CorpusClassification Corpus => new(Options.Seed, Source.Questions);

    private ClassifierTrainingReport Train(ClassificationData data, CliHost host, CancellationToken cancellationToken)
    {
        TrainingThreads.Use(Threads);
        using var model = LocalModel.Load(Model, decompose: true, host, cancellationToken, Placement);
        var trainer = new ClassifierTrainer(
            model.Decoder,
            ModelTokenizer.Load(Model, host.Time),
            data,
            Options,
            Template,
            model.Layout.BaseModel,
            cancellationToken: cancellationToken);
        var output = new ExpertOutput(Output);
        var trained = output.Train(host, (checkpoint, progress) => trainer.Run(checkpoint, progress, cancellationToken));
        output.Write(model, trained.Expert.Vector, About(data, trained));
        Draw(trained);
        var unseen = Source.File is null ? Unseen(trainer, trained, cancellationToken) : null;
        output.Finish();
        return new ClassifierTrainingReport(
            Output,
            ObjectiveNames.Of(Options.Objective),
            trained.Expert.Vector.ParameterCount,
            new ClassifierExamples(data.Train.Count, data.Validation.Count, data.Test.Count, data.Duplicates),
            trained.Expert.Best.Step,
            [.. trained.Expert.Looks.Select(look => new ClassifierTrainingLook(
                look.Step, Accuracy.Of(look.Right), look.MeanRight, ClassifierAccuracy.Finite(look.Loss)))],
            ClassifierComparison.Of(trained.BaseTest, trained.ExpertTest),
            unseen);
    }

    private ClassifierComparison Unseen(ClassifierTrainer trainer, TrainedClassifier trained, CancellationToken cancellationToken)
    {
        var prompts = Corpus.Unseen();
        return ClassifierComparison.Of(
            trainer.Evaluate(prompts, expert: null, cancellationToken), trainer.Evaluate(prompts, trained.Expert.Vector, cancellationToken));
    }

    private ExpertMetadata About(ClassificationData data, TrainedClassifier trained) => new()
    {
        Task = ExpertMetadata.ClassificationTask,
        Description = "Names the category of a prompt: for the first pass of dispatch, and for no other task.",
        Lineage = Clean(string.Create(
            CultureInfo.InvariantCulture,
            $"t2 train classifier --objective {ObjectiveNames.Of(Options.Objective)} --seed {Options.Seed} --steps {Options.Steps}, "
            + $"{data.Train.Count} prompts{(Source.File is null ? " of the generated corpus" : "")}; labels {string.Join(", ", data.Labels)}; {Question}; state of step {trained.Expert.Best.Step}")),
    };

    private string Question =>
        $"user '{Template.User}'{(Template.System is { } system ? $", system '{system}'" : "")}{(Template.AnswerPrefix is { Length: > 0 } prefix ? $", the answer begins '{prefix}'" : "")}";

    // What would deceive a terminal is not kept in a file.
    private static string Clean(string text) => string.Concat(text.Select(unit =>
        unit is '\n' or '\t' || CharUnicodeInfo.GetUnicodeCategory(unit) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) ? unit : '\ufffd'));

    private void Draw(TrainedClassifier trained)
    {
        var name = Path.GetFileNameWithoutExtension(Output);
        if (CurveFile is { } curve)
        {
            LearningCurve.Save(
                curve,
                $"Training of {name}: {ObjectiveNames.Of(Options.Objective)}",
                trained.Expert.Losses,
                trained.Expert.Rewards,
                [.. trained.Expert.Looks.Select(look => (look.Step, look.Right.Value))]);
        }

        if (Chart is { } chart)
        {
            ConfusionChart.Save(chart, "Labels of the test prompts", [("base model", trained.BaseTest.Matrix), (name, trained.ExpertTest.Matrix)]);
        }
    }
}
