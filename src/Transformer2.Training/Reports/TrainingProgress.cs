namespace Transformer2.Training.Reports;

/// <summary>One step of a training.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The step's loss in nats per token.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="Tokens">Tokens of the step.</param>
/// <param name="Remaining">Expected time to the end.</param>
/// <param name="Reward">The step's mean reward, from -1 to 1, where the training has one.</param>
/// <param name="Divergence">The step's mean KL divergence from the base model in nats per answer, where it was computed.</param>
/// <param name="Drift">Root mean square of what the multipliers are away from 1, after the step, where multipliers are trained.</param>
public sealed record TrainingProgress(
    int Step, int Steps, double Loss, double LearningRate, int Tokens, TimeSpan Remaining, double? Reward = null, double? Divergence = null, double? Drift = null);
