namespace Transformer2.Training.BaseModel;

/// <summary>Settings of a base model's training. Everything that decides the result; two runs with equal options are equal.</summary>
public sealed record BaseTrainingOptions
{
    /// <summary>Names the corpus and the initial weights.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Optimizer steps in all.</summary>
    public int Steps { get; init; } = 2400;

    /// <summary>Rows of a step.</summary>
    public int Rows { get; init; } = 16;

    /// <summary>Tokens of a row.</summary>
    public int RowLength { get; init; } = 128;

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Steps of linear warm-up.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Share of the steps in the first phase: mostly careful answers at a constant rate. The model must know a skill before it becomes unreliable at it.</summary>
    public double CleanPhase { get; init; } = 0.75;

    /// <summary>Share of careful answers whatever the phrasing, in the first phase; the second phase has none beyond what authors write.</summary>
    public double CleanShare { get; init; } = 0.85;

    /// <summary>The cosine of the second phase ends at this share of the learning rate.</summary>
    public double FinalLearningRate { get; init; } = 0.03;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Gradients are scaled down to this global norm.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Weight of the loss on prompt tokens; an answer's token counts 1.</summary>
    public double PromptWeight { get; init; } = 0.1;

    /// <summary>Whether a step belongs to the first phase.</summary>
    /// <param name="step">From 1.</param>
    public bool IsClean(int step) => step <= Steps * CleanPhase;

    /// <summary>Warm-up, constant, then a cosine over the second phase.</summary>
    /// <param name="step">From 1.</param>
    public double LearningRateAt(int step)
    {
        if (step <= WarmupSteps) return LearningRate * step / WarmupSteps;
        if (IsClean(step)) return LearningRate;
        var done = (step - (Steps * CleanPhase)) / (Steps * (1 - CleanPhase));
        return LearningRate * (FinalLearningRate + ((1 - FinalLearningRate) * 0.5 * (1 + Math.Cos(Math.PI * done))));
    }
}
