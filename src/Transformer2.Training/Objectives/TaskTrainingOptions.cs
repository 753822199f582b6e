using Transformer2.Modeling.Checkpoints;
using Transformer2.Training.Adapters;
using Transformer2.Training.Optimizers;

namespace Transformer2.Training.Objectives;

/// <summary>
/// Settings of a training on a task: everything that decides the result, beside the questions. <see cref="For"/> has the recipes,
/// <see cref="Published"/> the published code's.
/// </summary>
public sealed record TaskTrainingOptions : AdapterTrainingOptions
{
    /// <summary>What is learned from, a name of <see cref="TrainingObjectives"/>.</summary>
    public string Objective { get; init; } = TrainingObjectives.NextToken;

    /// <summary>Reinforce: different questions of a step.</summary>
    public int Prompts { get; init; } = 16;

    /// <summary>Reinforce: answers to each of them. One greedy answer is the paper.</summary>
    public int Samples { get; init; } = 8;

    /// <summary>
    /// Reinforce: of the distribution that answers are drawn from; 0 takes the most probable token. The gradient is that of the model's own
    /// distribution, so it is an unbiased estimate at 1 only.
    /// </summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Reinforce: a name of <see cref="RewardBaselines"/>.</summary>
    public string Baseline { get; init; } = "leave-one-out";

    /// <summary>Weight of KL(base ‖ policy) in nats per answer, over the whole vocabulary at each of its tokens; 0 does not compute it.</summary>
    public double KlCoefficient { get; init; }

    /// <summary>Most validation questions, and most of the guard's.</summary>
    public int ValidationQuestions { get; init; } = 180;

    /// <summary>The recipe for an objective.</summary>
    /// <exception cref="ArgumentException">There is no such objective.</exception>
    public static TaskTrainingOptions For(string objective)
    {
        _ = TrainingObjectives.Find(objective);
        return objective == TrainingObjectives.NextToken
            ? new() { Objective = objective }
            : new()
            {
                Objective = objective,
                Steps = 50,
                Optimizer = "adamw",
                LearningRate = 0.01,
                WarmupSteps = 2,
                Schedule = "cosine",
                Decay = 1,
                ClipNorm = 1,
                KlCoefficient = 0.1,
                ValidationInterval = 10,
            };
    }

    /// <summary>The published code: one greedy answer to each of 256 prompts, no baseline, sigmoid and renormalisation, gradients clipped to 0.001.</summary>
    public static TaskTrainingOptions Published { get; } = new()
    {
        Objective = TrainingObjectives.Reinforce,
        Adapter = new() { Mask = "sigmoid", Renormalize = true, InitialNoise = 0.01 },
        Steps = 200,
        LearningRate = 2e-3,
        WarmupSteps = 0,
        Schedule = "constant",
        ClipNorm = 1e-3,
        Prompts = 256,
        Samples = 1,
        Temperature = 0,
        Baseline = "none",
        ValidationInterval = 10,
    };

    /// <summary>Whether the options can be used.</summary>
    /// <param name="config">The model's shape, where it is known.</param>
    /// <exception cref="ArgumentException">They cannot; the message says why.</exception>
    public void Check(ModelConfig? config = null)
    {
        Adapter.Check();
        if (config is not null) _ = Adapter.ParameterCount(config);
        _ = ParameterOptimizers.Find(Optimizer);
        _ = LearningRateSchedules.Find(Schedule);
        var baseline = RewardBaselines.Find(Baseline);
        _ = TrainingObjectives.Find(Objective);
        Require(Steps is > 0 and <= 10_000_000, "The steps must be between 1 and 10000000.");
        Require(Rows is > 0 and <= 4096 && RowLength is > 0 and <= 65536, "The rows must be between 1 and 4096, of up to 65536 tokens.");
        Require(LearningRate is > 0 and <= 10, "The learning rate must be above 0 and at most 10.");
        Require(WarmupSteps >= 0, "The steps of warm-up must not be below 0.");
        Require(Decay is >= 0 and <= 1 && WeightDecay is >= 0 and <= 1, "Decay and weight decay must be from 0 to 1.");
        Require(ClipNorm is null or > 0, "The largest gradient norm must be above 0.");
        Require(ValidationInterval > 0 && ValidationQuestions > 0 && Patience is null or > 0, "Looks at the validation split need a distance, questions and a patience above 0.");
        Require(KlCoefficient is >= 0 and <= 100, "The weight of the divergence must be from 0 to 100.");
        if (Objective != TrainingObjectives.Reinforce) return;
        Require(Prompts is > 0 and <= 65536 && Samples is > 0 and <= 1024, "Prompts must be between 1 and 65536, answers to each between 1 and 1024.");
        Require(Temperature is >= 0 and <= 10, "The temperature must be from 0 to 10.");
        Require(Samples == 1 || Temperature > 0, "Several greedy answers to a prompt are one: a temperature above 0 is needed.");
        Require(Samples >= baseline.LeastSamples, $"The baseline {Baseline} needs at least {baseline.LeastSamples} answers to each prompt.");
    }

    private static void Require(bool isTrue, string message)
    {
        if (!isTrue) throw new ArgumentException(message);
    }
}
