using Transformer2.Training.Adapters;

namespace Transformer2.Training.Classification;

/// <summary>What a classifier learns from.</summary>
public enum ClassifierObjective
{
    /// <summary>The right label, token by token.</summary>
    NextToken,

    /// <summary>Rewards for labels that the model itself chose: +1 for the right one, -1 for another (arXiv 2501.06252).</summary>
    Reinforce,
}

/// <summary>How <see cref="ClassifierObjective.Reinforce"/> chooses the label that is rewarded.</summary>
public enum LabelSampling
{
    /// <summary>
    /// Drawn from the model's distribution over the labels, with the prompt's expected reward as the baseline: labels are few, so it is known
    /// exactly. An unbiased estimate of the expected reward's gradient.
    /// </summary>
    Sample,

    /// <summary>The most probable label and no baseline, as the paper's program has it.</summary>
    Greedy,
}

/// <summary>
/// Settings of a classifier's training: everything that decides the result, beside the examples. As they are made they are the recipe for
/// <see cref="ClassifierObjective.NextToken"/>; <see cref="For"/> has the others.
/// </summary>
public sealed record ClassifierOptions : AdapterTrainingOptions
{
    /// <summary>What is learned from.</summary>
    public ClassifierObjective Objective { get; init; }

    /// <summary>For <see cref="ClassifierObjective.Reinforce"/>: how a label is chosen.</summary>
    public LabelSampling Sampling { get; init; }

    /// <summary>
    /// For <see cref="ClassifierObjective.Reinforce"/>: weight of KL(model ‖ base model), in nats per answer over the whole vocabulary, which keeps
    /// answers what the base model might say.
    /// </summary>
    public double KlCoefficient { get; init; } = 0.1;

    /// <summary>Most prompts of each label that a look at the validation part takes; the others are passed over.</summary>
    public int ValidationPerLabel { get; init; } = 250;

    /// <summary>The recipe for an objective.</summary>
    public static ClassifierOptions For(ClassifierObjective objective) => objective == ClassifierObjective.NextToken
        ? new() { Objective = objective }
        : new() { Objective = objective, Steps = 50, Rows = 32, LearningRate = 0.01, ValidationInterval = 10, ClipNorm = 1 };
}
