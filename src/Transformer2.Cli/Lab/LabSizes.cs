using Transformer2.Adaptation.Search;
using Transformer2.Training.Objectives;

namespace Transformer2.Cli;

/// <summary>How much the laboratory computes. Everything that decides the results, beside the seed, the code and the bundled model.</summary>
internal sealed record LabSizes
{
    /// <summary>The name in the document.</summary>
    public string Name { get; init; } = "full";

    /// <summary>Which categories have experts.</summary>
    public IReadOnlyList<string> Categories { get; init; } = ["math", "code", "reasoning", "other"];

    /// <summary>Most test questions of a family.</summary>
    public int TestQuestions { get; init; } = 300;

    /// <summary>Most validation questions of a family.</summary>
    public int ValidationQuestions { get; init; } = 60;

    /// <summary>Most training questions of a family.</summary>
    public int TrainQuestions { get; init; } = 400;

    /// <summary>Steps by rewards.</summary>
    public int RewardSteps { get; init; } = 50;

    /// <summary>Questions of a step by rewards.</summary>
    public int Prompts { get; init; } = 16;

    /// <summary>Answers to each.</summary>
    public int Samples { get; init; } = 8;

    /// <summary>Steps by next-token prediction.</summary>
    public int NextTokenSteps { get; init; } = 60;

    /// <summary>Rows of such a step.</summary>
    public int NextTokenRows { get; init; } = 12;

    /// <summary>Steps between looks by next-token prediction.</summary>
    public int NextTokenInterval { get; init; } = 20;

    /// <summary>The learning rates of which validation chooses LoRA's, by next-token prediction.</summary>
    public IReadOnlyList<double> LoraRates { get; init; } = [0.0003, 0.001, 0.003];

    /// <summary>Those for LoRA by rewards.</summary>
    public IReadOnlyList<double> LoraRewardRates { get; init; } = [0.0003, 0.001];

    /// <summary>How often passes are timed.</summary>
    public int TimingRepeats { get; init; } = 3;

    /// <summary>Numbers of examples that mixtures are searched with.</summary>
    public IReadOnlyList<int> Shots { get; init; } = [3, 5, 10, 20];

    /// <summary>The number of examples of the comparison with other ways to adapt.</summary>
    public int MainShots { get; init; } = 10;

    /// <summary>How often a search is repeated with other examples and random numbers.</summary>
    public int SearchSeeds { get; init; } = 3;

    /// <summary>Candidates of a generation of a search.</summary>
    public int Population { get; init; } = SearchOptions.Default.Population;

    /// <summary>Most generations of a search.</summary>
    public int Generations { get; init; } = SearchOptions.Default.MaxGenerations;

    /// <summary>Steps of the second base model, from random weights.</summary>
    public int SecondBaseSteps { get; init; } = 1000;

    /// <summary>Random orders of multipliers that an expert is compared with on the second base model.</summary>
    public int Shuffles { get; init; } = 3;

    /// <summary>Everything.</summary>
    public static LabSizes Full { get; } = new();

    /// <summary>The same path with numbers that say nothing, for tests: two categories, two steps a training, a second base model that has learned nothing.</summary>
    public static LabSizes Quick { get; } = new()
    {
        Name = "quick",
        Categories = ["math", "code"],
        TestQuestions = 8,
        ValidationQuestions = 4,
        TrainQuestions = 12,
        RewardSteps = 2,
        Prompts = 4,
        Samples = 2,
        NextTokenSteps = 2,
        NextTokenRows = 2,
        NextTokenInterval = 2,
        LoraRates = [0.003, 0.01],
        LoraRewardRates = [0.003],
        TimingRepeats = 1,
        Shots = [3, 5],
        MainShots = 5,
        SearchSeeds = 2,
        Population = 10,
        Generations = 2,
        SecondBaseSteps = 2,
        Shuffles = 2,
    };

    /// <summary>The recipe for an objective, at these sizes.</summary>
    public TaskTrainingOptions Recipe(string objective, ulong seed)
    {
        var recipe = TaskTrainingOptions.For(objective) with { Seed = seed, ValidationQuestions = 3 * ValidationQuestions };
        return objective == TrainingObjectives.Reinforce
            ? recipe with { Steps = RewardSteps, Prompts = Prompts, Samples = Samples }
            : recipe with { Steps = NextTokenSteps, Rows = NextTokenRows, ValidationInterval = NextTokenInterval };
    }
}
