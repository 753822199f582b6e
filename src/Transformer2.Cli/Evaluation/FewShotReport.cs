namespace Transformer2.Cli;

/// <summary>What mixtures that are found with few examples are worth.</summary>
/// <param name="Model">The base model's folder.</param>
/// <param name="Experts">The experts' files.</param>
/// <param name="Seeds">How often everything was repeated, with other examples and other random numbers.</param>
/// <param name="Weights">What a mixture has a weight for: <c>expert</c>, or <c>expert and matrix</c>.</param>
/// <param name="Rows">Per task and number of examples.</param>
internal sealed record FewShotReport(string Model, IReadOnlyList<string> Experts, int Seeds, string Weights, IReadOnlyList<FewShotRow> Rows);

/// <summary>A task with a number of examples.</summary>
/// <param name="Task">The task.</param>
/// <param name="Shots">Examples that are searched with.</param>
/// <param name="Tests">Examples that measure and choose nothing.</param>
/// <param name="Methods">What is compared.</param>
internal sealed record FewShotRow(string Task, int Shots, int Tests, IReadOnlyList<FewShotMethod> Methods);

/// <summary>A method's result on the test examples.</summary>
/// <param name="Name">The method.</param>
/// <param name="Accuracy">Mean over the seeds, with the interval of as many questions; null where answers are not right or wrong.</param>
/// <param name="Lowest">The accuracy of the worst seed.</param>
/// <param name="Highest">The accuracy of the best seed.</param>
/// <param name="LogLikelihood">Mean log-probability per token of the wanted answers, in nats: mean over the seeds.</param>
/// <param name="LowestLogLikelihood">That of the worst seed.</param>
/// <param name="HighestLogLikelihood">That of the best seed.</param>
internal sealed record FewShotMethod(
    string Name, Accuracy? Accuracy, double? Lowest, double? Highest, double LogLikelihood, double LowestLogLikelihood, double HighestLogLikelihood);
