using Transformer2.Training.Evaluation;
using Transformer2.Training.Experts;

namespace Transformer2.Training.Classification;

/// <summary>A look at the validation prompts during a classifier's training.</summary>
/// <param name="Step">Steps done; 0 is the base model.</param>
/// <param name="Right">Right ones of all.</param>
/// <param name="MeanRight">The mean of the labels' shares of right ones, which the selection maximises.</param>
/// <param name="Loss">-log of the right label's probability, mean over labels, in nats; decides among equals.</param>
public sealed record ClassifierLook(int Step, Proportion Right, double MeanRight, double Loss) : ITrainingLook<ClassifierLook>
{
    /// <inheritdoc/>
    public bool IsBetterThan(ClassifierLook other) => MeanRight > other.MeanRight || (MeanRight == other.MeanRight && Loss < other.Loss);
}

/// <summary>What a classifier's training made.</summary>
/// <param name="Expert">The multipliers, and how the training went.</param>
/// <param name="BaseTest">The base model on the test prompts.</param>
/// <param name="ExpertTest">The classifier on them.</param>
public sealed record TrainedClassifier(TrainedExpert<ClassifierLook> Expert, ClassificationResult BaseTest, ClassificationResult ExpertTest);
