using Transformer2.Training.Classification;

namespace Transformer2.Cli;

/// <summary>What a classifier's training made.</summary>
/// <param name="Output">The expert file.</param>
/// <param name="Objective">What it learned from.</param>
/// <param name="Parameters">Multipliers.</param>
/// <param name="Examples">How many prompts each part has.</param>
/// <param name="BestStep">The step whose state was kept; 0 is the base model.</param>
/// <param name="Validation">The looks on the way.</param>
/// <param name="Test">The base model and the classifier on the test prompts.</param>
/// <param name="Unseen">Likewise on families of the corpus that no training uses.</param>
internal sealed record ClassifierTrainingReport(
    string Output,
    string Objective,
    long Parameters,
    ClassifierExamples Examples,
    int BestStep,
    IReadOnlyList<ClassifierTrainingLook> Validation,
    ClassifierComparison Test,
    ClassifierComparison? Unseen);

/// <summary>Different prompts per part, and how many more there were of them.</summary>
internal sealed record ClassifierExamples(int Train, int Validation, int Test, int Duplicates);

/// <summary>A look at the validation prompts.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Right">Right ones.</param>
/// <param name="MeanRight">The mean of the labels' shares of right ones, which chooses.</param>
/// <param name="Loss">-log of the right label's probability in nats, which chooses among equals; null when it is no number.</param>
internal sealed record ClassifierTrainingLook(int Step, Accuracy Right, double MeanRight, double? Loss);

/// <summary>Both on the same prompts.</summary>
internal sealed record ClassifierComparison(ClassifierAccuracy Base, ClassifierAccuracy Classifier)
{
    public static ClassifierComparison Of(ClassificationResult @base, ClassificationResult classifier) =>
        new(ClassifierAccuracy.Of(@base), ClassifierAccuracy.Of(classifier));
}

/// <summary>A confusion matrix.</summary>
/// <param name="Total">Prompts that were given the right label, the most probable of the labels.</param>
/// <param name="Unrestricted">Prompts to which the greedy answer, of all that the model could say, is exactly the right label.</param>
/// <param name="Loss">-log of the right label's probability in nats, mean over labels.</param>
/// <param name="Labels">A row of the matrix each.</param>
internal sealed record ClassifierAccuracy(Accuracy Total, Accuracy Unrestricted, double? Loss, IReadOnlyList<ClassifierRow> Labels)
{
    public static ClassifierAccuracy Of(ClassificationResult result) => new(
        Accuracy.Of(result.Matrix.Total),
        Accuracy.Of(result.Unrestricted),
        Finite(result.Loss),
        [.. result.Matrix.Labels.Select((label, row) => new ClassifierRow(label, result.Matrix.Counts[row], Accuracy.Of(result.Matrix.Right(row))))]);

    /// <summary>JSON has no other numbers.</summary>
    public static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>The prompts of one label.</summary>
/// <param name="Label">The right label.</param>
/// <param name="Given">How many were given each label, in the order of the rows.</param>
/// <param name="Right">How many of them the right one.</param>
internal sealed record ClassifierRow(string Label, IReadOnlyList<int> Given, Accuracy Right);
