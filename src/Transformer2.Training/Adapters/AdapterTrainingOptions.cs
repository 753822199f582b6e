using Transformer2.Training.Optimizers;

namespace Transformer2.Training.Adapters;

/// <summary>Settings of every training of an adapter.</summary>
public abstract record AdapterTrainingOptions
{
    /// <summary>What is trained.</summary>
    public AdapterOptions Adapter { get; init; } = new();

    /// <summary>Names the order of the examples.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Optimizer steps.</summary>
    public int Steps { get; init; } = 120;

    /// <summary>Rows of a step.</summary>
    public int Rows { get; init; } = 12;

    /// <summary>Tokens of a row.</summary>
    public int RowLength { get; init; } = 128;

    /// <summary>A name of <see cref="ParameterOptimizers"/>.</summary>
    public string Optimizer { get; init; } = "adam";

    /// <summary>Decoupled weight decay, towards what changes nothing; of optimizers that have one.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 0.007;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; } = 10;

    /// <summary>How the rate falls, a name of <see cref="LearningRateSchedules"/>.</summary>
    public string Schedule { get; init; } = "linear";

    /// <summary>The rate falls over this last share of the steps.</summary>
    public double Decay { get; init; } = 0.3;

    /// <summary>Steps between looks at the validation split; the best state seen, the untrained one included, is kept.</summary>
    public int ValidationInterval { get; init; } = 20;

    /// <summary>The training ends after so many looks one after the other that found nothing better; null never.</summary>
    public int? Patience { get; init; }

    /// <summary>Gradients are scaled down to this global norm; null leaves them as they are.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 1.</param>
    public double LearningRateAt(int step) =>
        LearningRate * Math.Min(1, (double)step / WarmupSteps) * LearningRateSchedules.Find(Schedule).Share(step, Steps, Decay);
}
