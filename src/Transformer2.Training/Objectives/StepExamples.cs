using Transformer2.Training.Data;

namespace Transformer2.Training.Objectives;

/// <summary>What one training learns from in one step.</summary>
/// <param name="Examples">The examples; at least one.</param>
/// <param name="KlWeight">Weight of KL(base ‖ policy), summed over answers, tokens and the vocabulary.</param>
/// <param name="Answers">Answers, those left out of the examples because nothing can be learned from them included.</param>
/// <param name="Reward">Their mean reward, where there is one.</param>
public sealed record StepExamples(IReadOnlyList<WeightedExample> Examples, double KlWeight, int Answers, double? Reward = null);

/// <summary>An answer and how much its log-probability counts.</summary>
/// <param name="Example">The token ids; none of an answer's is made from text here.</param>
/// <param name="Weight">The loss is -weight * sum of log p over the answer's tokens. Negative for answers to become less probable.</param>
public readonly record struct WeightedExample(EncodedExample Example, double Weight);
