using System.CommandLine;
using System.Globalization;

namespace Transformer2.Cli;

/// <summary>The options that say how the next token is drawn, alike for a server and for a local model.</summary>
internal sealed class SamplingArguments
{
    private readonly Option<double?> _temperature = Number("--temperature", "t", "0 is greedy, the default");

    private readonly Option<double?> _topP = Number("--top-p", "p", "Keep the most probable tokens up to this probability");

    private readonly Option<int?> _topK = new("--top-k") { Description = "Keep this many most probable tokens", HelpName = "k" };

    private readonly Option<double?> _minP =
        Number("--min-p", "p", "Keep tokens at least this many times as probable as the most probable one");

    private readonly Option<double?> _repetitionPenalty =
        Number("--repetition-penalty", "factor", "Weaken tokens that occur in prompt or answer; 1 changes nothing");

    private readonly Option<double?> _frequencyPenalty =
        Number("--frequency-penalty", "x", "Take this off a token's logit for every time that it occurs in the answer");

    private readonly Option<double?> _presencePenalty =
        Number("--presence-penalty", "x", "Take this off a token's logit once it occurs in the answer");

    private readonly Option<string[]> _logitBias =
        new("--logit-bias") { Description = "Add this to a token's logit; may be repeated", HelpName = "id=value" };

    private readonly Option<ulong?> _seed;

    /// <param name="seedDescription">What <c>--seed</c> does, and its default.</param>
    public SamplingArguments(string seedDescription) => _seed = new("--seed") { Description = seedDescription, HelpName = "seed" };

    public void AddTo(Command command)
    {
        Option[] options =
            [_temperature, _topP, _topK, _minP, _repetitionPenalty, _frequencyPenalty, _presencePenalty, _logitBias, _seed];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>What the command line says; what it does not say is null. Ranges are for the receiver to check.</summary>
    /// <exception cref="UsageException">A bias that is none.</exception>
    public Values Read(ParseResult parsed) => new(
        parsed.GetValue(_temperature),
        parsed.GetValue(_topP),
        parsed.GetValue(_topK),
        parsed.GetValue(_minP),
        parsed.GetValue(_repetitionPenalty),
        parsed.GetValue(_frequencyPenalty),
        parsed.GetValue(_presencePenalty),
        LogitBias(parsed.GetValue(_logitBias) ?? []),
        parsed.GetValue(_seed));

    private static Option<double?> Number(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };

    private static Dictionary<int, double> LogitBias(string[] texts)
    {
        var biases = new Dictionary<int, double>();
        foreach (var text in texts)
        {
            if (text.Split('=') is not [var id, var bias]
                || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                || !double.TryParse(bias, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                throw new UsageException($"'{text}' is not a bias: ID=VALUE takes a token id and a number.");
            }

            if (!biases.TryAdd(token, value))
            {
                throw new UsageException($"Token {token} has two biases.");
            }
        }

        return biases;
    }

    /// <summary>What a command line says.</summary>
    internal sealed record Values(
        double? Temperature,
        double? TopP,
        int? TopK,
        double? MinP,
        double? RepetitionPenalty,
        double? FrequencyPenalty,
        double? PresencePenalty,
        IReadOnlyDictionary<int, double> LogitBias,
        ulong? Seed);
}
