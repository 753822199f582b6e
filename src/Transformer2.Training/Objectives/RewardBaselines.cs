namespace Transformer2.Training.Objectives;

/// <summary>What is taken off the rewards of a prompt's answers: less noise in the gradient, the same expectation.</summary>
public interface IRewardBaseline
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>Fewest answers of each prompt.</summary>
    int LeastSamples { get; }

    /// <summary>Rewards less baseline.</summary>
    /// <param name="rewards">Of one prompt's answers.</param>
    double[] Advantages(IReadOnlyList<double> rewards);
}

/// <summary>All baselines by name.</summary>
public static class RewardBaselines
{
    /// <summary>Every baseline.</summary>
    public static IReadOnlyList<IRewardBaseline> All { get; } = [new NoBaseline(), new LeaveOneOutBaseline()];

    /// <summary>Finds a baseline.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static IRewardBaseline Find(string name) => Named.Find(All, name, baseline => baseline.Name, "baseline");
}

/// <summary>Nothing: the paper.</summary>
public sealed class NoBaseline : IRewardBaseline
{
    /// <inheritdoc/>
    public string Name => "none";

    /// <inheritdoc/>
    public int LeastSamples => 1;

    /// <inheritdoc/>
    public double[] Advantages(IReadOnlyList<double> rewards) => [.. rewards];
}

/// <summary>The mean reward of the prompt's other answers (RLOO: Kool et al., 2019; arXiv 2402.14740).</summary>
public sealed class LeaveOneOutBaseline : IRewardBaseline
{
    /// <inheritdoc/>
    public string Name => "leave-one-out";

    /// <inheritdoc/>
    public int LeastSamples => 2;

    /// <inheritdoc/>
    public double[] Advantages(IReadOnlyList<double> rewards)
    {
        // Where all are alike nothing can be learned, and rounding must not say otherwise.
        if (rewards.All(reward => reward == rewards[0])) return new double[rewards.Count];
        var sum = rewards.Sum();
        return [.. rewards.Select(reward => reward - ((sum - reward) / (rewards.Count - 1)))];
    }
}
