using Transformer2.Training.Adapters;
using Transformer2.Training.Rollouts;

namespace Transformer2.Training.Objectives;

/// <summary>What a training on a task learns from. Depends on the seed and the step only.</summary>
internal interface ITrainingObjective
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>The answers that it needs of the model for a step; none where it learns from demonstrations.</summary>
    /// <param name="task">The task.</param>
    /// <param name="adapter">The adapter as it is; null where no answers are needed.</param>
    /// <param name="step">From 1.</param>
    IReadOnlyList<RolloutRequest> Requests(TaskData task, AdapterWeights adapter, int step);

    /// <summary>What is learned from in a step.</summary>
    /// <param name="task">The task.</param>
    /// <param name="step">From 1.</param>
    /// <param name="answers">To the requests, in their order.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Tasks.VerificationException">An answer could not be judged.</exception>
    Task<StepExamples> Examples(TaskData task, int step, IReadOnlyList<Rollout> answers, CancellationToken cancellationToken);
}

/// <summary>All objectives by name.</summary>
public static class TrainingObjectives
{
    /// <summary>The demonstrations, token by token.</summary>
    public const string NextToken = "next-token";

    /// <summary>Rewards for the model's own answers.</summary>
    public const string Reinforce = "reinforce";

    private static readonly ITrainingObjective[] All = [new NextTokenObjective(), new ReinforceObjective()];

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(objective => objective.Name)];

    /// <exception cref="ArgumentException">There is none of this name.</exception>
    internal static ITrainingObjective Find(string name) => Named.Find(All, name, objective => objective.Name, "objective");
}
