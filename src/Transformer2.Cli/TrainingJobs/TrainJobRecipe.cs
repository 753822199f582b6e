using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>Options that say how a job trains; what is not given is the server's choice.</summary>
internal sealed class TrainJobRecipe
{
    private readonly Option<string> _verifier = new("--verifier")
    {
        Description = "What judges answers: exact (default), numeric, multiple-choice, boxed, regex, json-schema or callback",
        HelpName = "name",
    };

    private readonly Option<string> _argument = new("--verifier-argument")
    {
        Description = "For regex the expression, for json-schema the schema, for callback the address of a reward service",
        HelpName = "text",
    };

    private readonly Option<string> _objective = new("--objective") { Description = "reinforce (default) or next-token", HelpName = "name" };
    private readonly Option<int?> _steps = new("--steps") { Description = "Optimizer steps [default: 50]", HelpName = "n" };
    private readonly Option<int?> _prompts = new("--prompts") { Description = "Prompts of a step [default: 16]", HelpName = "n" };
    private readonly Option<int?> _samples = new("--samples") { Description = "Answers drawn for a prompt; 1 is one greedy answer [default: 8]", HelpName = "n" };
    private readonly Option<int?> _tokens = new("--max-answer-tokens") { Description = "Most tokens of an answer [default: 32]", HelpName = "n" };
    private readonly Option<double?> _rate = new("--learning-rate") { Description = "The highest learning rate [default: 0.01]", HelpName = "number" };
    private readonly Option<double?> _kl = new("--kl") { Description = "Part of the divergence from the base model in the loss [default: 0.1]", HelpName = "number" };
    private readonly Option<double?> _temperature = new("--temperature") { Description = "Temperature at which answers are drawn [default: 1]", HelpName = "number" };
    private readonly Option<string> _modules = new("--modules") { Description = "Which matrices are adapted: mlp (default), attention or all", HelpName = "name" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Repeats a training [default: 1]", HelpName = "number" };
    private readonly Option<int?> _interval = new("--validation-interval") { Description = "Steps between two looks at the validation questions [default: 10]", HelpName = "n" };
    private readonly Option<int?> _patience = new("--patience") { Description = "Looks without a better one after which it ends", HelpName = "n" };
    private readonly Option<double?> _drift = new("--max-spectral-drift") { Description = "Gate: most that the expert may turn a matrix [default: 0.5]", HelpName = "number" };
    private readonly Option<string> _regression = new("--regression-dataset") { Description = "Gate: data set that the expert must not get worse at", HelpName = "id" };

    private readonly Option<double?> _maxRegression = new("--max-regression")
    {
        Description = "Gate: by how many percentage points it may get worse at it [default: 2]",
        HelpName = "number",
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[]
            {
                _verifier, _argument, _objective, _steps, _prompts, _samples, _tokens, _rate, _kl, _temperature, _modules, _seed, _interval, _patience,
                _drift, _regression, _maxRegression,
            })
        {
            command.Add(option);
        }
    }

    /// <summary>The recipe, without its data set.</summary>
    public TrainingRecipe Read(ParseResult parsed)
    {
        var recipe = new TrainingRecipe
        {
            Verifier = new Verifier { Name = parsed.GetValue(_verifier) ?? "", Argument = parsed.GetValue(_argument) ?? "" },
            Objective = parsed.GetValue(_objective) ?? "",
            Steps = parsed.GetValue(_steps) ?? 0,
            Prompts = parsed.GetValue(_prompts) ?? 0,
            Samples = parsed.GetValue(_samples) ?? 0,
            MaxAnswerTokens = parsed.GetValue(_tokens) ?? 0,
            Modules = parsed.GetValue(_modules) ?? "",
            ValidationInterval = parsed.GetValue(_interval) ?? 0,
            Patience = parsed.GetValue(_patience) ?? 0,
        };
        Set(_rate, value => recipe.LearningRate = value);
        Set(_kl, value => recipe.KlCoefficient = value);
        Set(_temperature, value => recipe.Temperature = value);
        if (parsed.GetValue(_seed) is { } seed)
        {
            recipe.Seed = seed;
        }

        return recipe;

        void Set(Option<double?> option, Action<double> set)
        {
            if (parsed.GetValue(option) is { } value)
            {
                set(value);
            }
        }
    }

    /// <summary>The gates.</summary>
    public TrainingGates ReadGates(ParseResult parsed)
    {
        var gates = new TrainingGates { RegressionDataset = parsed.GetValue(_regression) ?? "" };
        if (parsed.GetValue(_drift) is { } drift)
        {
            gates.MaxSpectralDrift = drift;
        }

        if (parsed.GetValue(_maxRegression) is { } regression)
        {
            gates.MaxRegression = regression;
        }

        return gates;
    }
}
