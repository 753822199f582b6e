using System.CommandLine;
using System.Globalization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Objectives;
using Transformer2.Training.Optimizers;

namespace Transformer2.Cli;

/// <summary>Options that say what an expert learns from, what of it is trained, and how.</summary>
internal sealed class ExpertRecipeOptions
{
    private readonly Option<string> _objective = Choice("--objective", "next-token (default): careful answers; reinforce: rewards of +1 and -1 for the model's own answers", TrainingObjectives.Names);
    private readonly Option<bool> _published = new("--published") { Description = "With reinforce: begins from the published code's settings; other options change them" };
    private readonly Option<string> _adapter = Choice("--adapter", "What is trained: multipliers of singular values (svf, default), or low-rank updates (lora, a baseline; written in peft's layout)", [AdapterOptions.Svf, AdapterOptions.Lora]);
    private readonly Option<string> _modules = Choice("--modules", "Which matrices [default: mlp]", [.. MatrixSelections.All.Select(selection => selection.Name)]);
    private readonly Option<string> _layers = new("--layers") { Description = "Which layers, counted from 0, for example 4-7 [default: all]", HelpName = "range" };
    private readonly Option<string> _mask = Choice("--mask", "svf: how a parameter becomes a multiplier [default: identity]", [.. MultiplierMasks.All.Select(mask => mask.Name)]);
    private readonly Option<double?> _most = Number("--max-multiplier", "svf: the largest multiplier of the mask sigmoid [default: 1]");
    private readonly Option<bool?> _renormalize = new("--renormalize") { Description = "svf: keeps the sum of a matrix's singular values" };
    private readonly Option<int?> _rank = Count("--rank", "lora: rank of the updates [default: 16]");
    private readonly Option<double?> _alpha = Number("--alpha", "lora: updates are scaled by alpha / rank [default: 32]");
    private readonly Option<double?> _dropout = Number("--dropout", "lora: share of inputs left out in training [default: 0]");
    private readonly Option<int?> _prompts = Count("--prompts", "reinforce: questions of a step [default: 16]");
    private readonly Option<int?> _samples = Count("--samples", "reinforce: answers to each [default: 8]");
    private readonly Option<double?> _temperature = Number("--temperature", "reinforce: of the distribution that answers are drawn from; 0 takes the most probable token, as the paper does [default: 1]");
    private readonly Option<string> _baseline = Choice("--baseline", "reinforce: what is taken off a reward [default: leave-one-out]", [.. RewardBaselines.All.Select(baseline => baseline.Name)]);
    private readonly Option<double?> _kl = Number("--kl", "Weight of KL(base model || model) in nats per answer [default: reinforce 0.1, next-token 0]");
    private readonly Option<string> _optimizer = Choice("--optimizer", "[default: reinforce adamw, next-token adam]", [.. ParameterOptimizers.All.Select(kind => kind.Name)]);
    private readonly Option<double?> _decay = Number("--weight-decay", "adamw: decay towards what changes nothing [default: 0.01]");
    private readonly Option<double?> _rate = Number("--learning-rate", "Highest learning rate [default: the recipe's]");
    private readonly Option<string> _schedule = Choice("--schedule", "How the rate falls [default: reinforce cosine, next-token linear]", [.. LearningRateSchedules.All.Select(schedule => schedule.Name)]);
    private readonly Option<int?> _warmup = Count("--warmup", "Steps of linear warm-up [default: the recipe's]");
    private readonly Option<double?> _clip = Number("--clip", "Largest norm of a step's gradient [default: reinforce 1, next-token none]");
    private readonly Option<int?> _rows = Count("--rows", "next-token: rows of 128 tokens in a step [default: 12]");
    private readonly Option<int?> _interval = Count("--validation-interval", "Steps between looks at the validation questions [default: the recipe's]");
    private readonly Option<int?> _patience = Count("--patience", "Ends after so many looks that found nothing better [default: never]");

    private Option[] Beyond =>
    [
        _published, _adapter, _modules, _layers, _mask, _most, _renormalize, _rank, _alpha, _dropout, _prompts, _samples, _temperature, _baseline, _kl, _optimizer, _decay, _rate,
        _schedule, _warmup, _clip, _rows, _interval, _patience,
    ];

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_objective, .. Beyond])
        {
            command.Add(option);
        }
    }

    // Switches have a result when they are absent, too.
    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>Whether nothing is asked for but the recipe by which the bundled experts were made.</summary>
    public bool IsPlain(ParseResult parsed) =>
        parsed.GetValue(_objective) is null or TrainingObjectives.NextToken
        && !Array.Exists(Beyond, option => IsGiven(parsed, option));

    /// <exception cref="UsageException">A value is out of range, or options do not go together.</exception>
    public TaskTrainingOptions Read(ParseResult parsed)
    {
        var objective = parsed.GetValue(_objective) ?? TrainingObjectives.NextToken;
        Option[] ofReinforce = [_published, _prompts, _samples, _temperature, _baseline];
        if (objective != TrainingObjectives.Reinforce && Array.Find(ofReinforce, option => IsGiven(parsed, option)) is { } stray)
        {
            throw new UsageException($"{stray.Name} goes with --objective {TrainingObjectives.Reinforce}.");
        }

        var recipe = parsed.GetValue(_published) ? TaskTrainingOptions.Published : TaskTrainingOptions.For(objective);
        return recipe with
        {
            Adapter = Adapter(parsed, recipe.Adapter),
            Prompts = parsed.GetValue(_prompts) ?? recipe.Prompts,
            Samples = parsed.GetValue(_samples) ?? recipe.Samples,
            Temperature = parsed.GetValue(_temperature) ?? recipe.Temperature,
            Baseline = parsed.GetValue(_baseline) ?? recipe.Baseline,
            KlCoefficient = parsed.GetValue(_kl) ?? recipe.KlCoefficient,
            Optimizer = parsed.GetValue(_optimizer) ?? recipe.Optimizer,
            WeightDecay = parsed.GetValue(_decay) ?? recipe.WeightDecay,
            LearningRate = parsed.GetValue(_rate) ?? recipe.LearningRate,
            Schedule = parsed.GetValue(_schedule) ?? recipe.Schedule,
            WarmupSteps = parsed.GetValue(_warmup) ?? recipe.WarmupSteps,
            ClipNorm = parsed.GetValue(_clip) ?? recipe.ClipNorm,
            Rows = parsed.GetValue(_rows) ?? recipe.Rows,
            ValidationInterval = parsed.GetValue(_interval) ?? recipe.ValidationInterval,
            Patience = parsed.GetValue(_patience) ?? recipe.Patience,
        };
    }

    /// <exception cref="UsageException">They cannot be used.</exception>
    public static void Check(TaskTrainingOptions options)
    {
        try
        {
            options.Check();
        }
        catch (ArgumentException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    private AdapterOptions Adapter(ParseResult parsed, AdapterOptions recipe) => recipe with
    {
        Kind = parsed.GetValue(_adapter) ?? recipe.Kind,
        Modules = parsed.GetValue(_modules) ?? recipe.Modules,
        Layers = Layers(parsed.GetValue(_layers)),
        Mask = parsed.GetValue(_mask) ?? recipe.Mask,
        MaxMultiplier = parsed.GetValue(_most) ?? recipe.MaxMultiplier,
        Renormalize = parsed.GetValue(_renormalize) ?? recipe.Renormalize,
        Rank = parsed.GetValue(_rank) ?? recipe.Rank,
        Alpha = parsed.GetValue(_alpha) ?? recipe.Alpha,
        Dropout = parsed.GetValue(_dropout) ?? recipe.Dropout,
    };

    private static LayerRange? Layers(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var parts = text.Split('-');
        return parts.Length <= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && last >= first
            ? new LayerRange(first, last)
            : throw new UsageException($"--layers: '{text}' is no range such as 4-7.");
    }

    private static Option<string> Choice(string name, string description, IReadOnlyList<string> values)
    {
        var option = new Option<string>(name) { Description = description, HelpName = string.Join('|', values) };
        option.AcceptOnly([.. values]);
        return option;
    }

    private static Option<double?> Number(string name, string description) => new(name) { Description = description, HelpName = "x" };

    private static Option<int?> Count(string name, string description) => new(name) { Description = description, HelpName = "n" };
}
