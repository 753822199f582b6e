using System.CommandLine;
using Transformer2.Training.Classification;

namespace Transformer2.Cli;

/// <summary>Options that say how the classifier learns.</summary>
internal sealed class ClassifierRecipeOptions
{
    private const string Sample = "sample", Greedy = "greedy";
    private const int MostRows = 4096;
    private const double MostRate = 10, MostKl = 100;

    private readonly Option<string> _objective = new("--objective")
    {
        Description = "next-token (default): the right label; reinforce: rewards of +1 and -1 for labels that the model chose",
        HelpName = $"{ObjectiveNames.NextToken}|{ObjectiveNames.Reinforce}",
    };

    private readonly Option<string> _sampling = new("--sampling")
    {
        Description = "With reinforce: labels are drawn, with a baseline (sample, default), or the most probable ones, without (greedy, as in the paper)",
        HelpName = $"{Sample}|{Greedy}",
    };

    private readonly Option<double?> _kl = new("--kl") { Description = "With reinforce: weight of KL(model || base model) [default: 0.1]", HelpName = "weight" };
    private readonly Option<int?> _steps = new("--steps") { Description = "Optimizer steps [default: the recipe's]", HelpName = "n" };
    private readonly Option<int?> _rows = new("--rows") { Description = "Rows of 128 tokens in a step [default: the recipe's]", HelpName = "n" };
    private readonly Option<double?> _rate = new("--learning-rate") { Description = "Highest learning rate [default: the recipe's]", HelpName = "rate" };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Names the order of the examples, and the corpus's sample [default: 1]", HelpName = "seed" };

    public void AddTo(Command command)
    {
        _objective.AcceptOnly(ObjectiveNames.NextToken, ObjectiveNames.Reinforce);
        _sampling.AcceptOnly(Sample, Greedy);
        foreach (var option in (Option[])[_objective, _sampling, _kl, _steps, _rows, _rate, _seed])
        {
            command.Add(option);
        }
    }

    /// <exception cref="UsageException">A value is out of range, or options do not go together.</exception>
    public ClassifierOptions Read(ParseResult parsed)
    {
        var objective = ObjectiveNames.Parse(parsed.GetValue(_objective));
        if (objective != ClassifierObjective.Reinforce && (parsed.GetResult(_sampling) is not null || parsed.GetResult(_kl) is not null))
        {
            throw new UsageException($"--sampling and --kl go with --objective {ObjectiveNames.Reinforce}.");
        }

        var recipe = ClassifierOptions.For(objective);
        return recipe with
        {
            Sampling = parsed.GetValue(_sampling) == Greedy ? LabelSampling.Greedy : LabelSampling.Sample,
            KlCoefficient = InRange(parsed.GetValue(_kl) ?? recipe.KlCoefficient, 0, MostKl, "--kl must be between 0 and 100."),
            Steps = Steps.Checked(parsed.GetValue(_steps)) ?? recipe.Steps,
            Rows = (int)InRange(parsed.GetValue(_rows) ?? recipe.Rows, 1, MostRows, $"--rows must be between 1 and {MostRows}."),
            LearningRate = InRange(parsed.GetValue(_rate) ?? recipe.LearningRate, double.Epsilon, MostRate, "--learning-rate must be above 0 and at most 10."),
            Seed = parsed.GetValue(_seed) ?? recipe.Seed,
        };
    }

    // What is no number is in no range.
    private static double InRange(double value, double least, double most, string message) =>
        value >= least && value <= most ? value : throw new UsageException(message);
}
