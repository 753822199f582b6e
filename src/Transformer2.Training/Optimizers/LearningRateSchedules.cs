namespace Transformer2.Training.Optimizers;

/// <summary>How the learning rate falls after its warm-up.</summary>
public interface ILearningRateSchedule
{
    /// <summary>The name by which it is chosen.</summary>
    string Name { get; }

    /// <summary>The step's share of the highest learning rate, from 0 to 1.</summary>
    /// <param name="step">From 1.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="decay">Share of the steps, at the end, over which it falls.</param>
    double Share(int step, int steps, double decay);
}

/// <summary>All schedules by name.</summary>
public static class LearningRateSchedules
{
    /// <summary>Every schedule.</summary>
    public static IReadOnlyList<ILearningRateSchedule> All { get; } = [new LinearSchedule(), new CosineSchedule(), new ConstantSchedule()];

    /// <summary>Finds a schedule.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static ILearningRateSchedule Find(string name) => Named.Find(All, name, schedule => schedule.Name, "schedule");
}

/// <summary>In a straight line towards zero.</summary>
public sealed class LinearSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public string Name => "linear";

    /// <inheritdoc/>
    public double Share(int step, int steps, double decay) => Math.Min(1, (steps - step + 1) / Math.Max(1, steps * decay));
}

/// <summary>Along half a cosine (arXiv 1608.03983): the paper.</summary>
public sealed class CosineSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public string Name => "cosine";

    /// <inheritdoc/>
    public double Share(int step, int steps, double decay) => 0.5 * (1 - Math.Cos(Math.PI * Math.Min(1, (steps - step + 1) / Math.Max(1, steps * decay))));
}

/// <summary>Not at all: the published code.</summary>
public sealed class ConstantSchedule : ILearningRateSchedule
{
    /// <inheritdoc/>
    public string Name => "constant";

    /// <inheritdoc/>
    public double Share(int step, int steps, double decay) => 1;
}
