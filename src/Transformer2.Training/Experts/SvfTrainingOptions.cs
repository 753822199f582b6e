namespace Transformer2.Training.Experts;

/// <summary>Settings of every training of multipliers.</summary>
public abstract record SvfTrainingOptions
{
    /// <summary>Names the order of the examples.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Optimizer steps.</summary>
    public int Steps { get; init; } = 120;

    /// <summary>Rows of a step.</summary>
    public int Rows { get; init; } = 12;

    /// <summary>Tokens of a row.</summary>
    public int RowLength { get; init; } = 128;

    /// <summary>Adam's highest learning rate.</summary>
    public double LearningRate { get; init; } = 0.007;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; } = 10;

    /// <summary>The rate falls linearly to zero over this last share of the steps.</summary>
    public double Decay { get; init; } = 0.3;

    /// <summary>Steps between looks at the validation split; the best state seen, the untrained one included, is kept.</summary>
    public int ValidationInterval { get; init; } = 20;

    /// <summary>Gradients are scaled down to this global norm; null leaves them as they are.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 1.</param>
    public double LearningRateAt(int step)
    {
        var warm = Math.Min(1, (double)step / WarmupSteps);
        var left = (Steps - step + 1) / Math.Max(1, Steps * Decay);
        return LearningRate * warm * Math.Min(1, left);
    }
}
