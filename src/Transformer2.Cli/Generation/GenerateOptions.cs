using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>The arguments of <c>t2 generate</c> and the request that they mean. Ranges are the server's business.</summary>
internal sealed class GenerateOptions
{
    private readonly Argument<string> _prompt = new("prompt") { Description = "What to answer; - reads it from standard input" };

    private readonly Option<bool> _raw = new("--raw") { Description = "Continue the prompt as it stands, instead of answering it as a chat message" };

    private readonly Option<string> _system = new("--system") { Description = "System message of the chat", HelpName = "text" };

    private readonly Option<string[]> _experts = new("--expert")
    {
        Description = "Expert that answers; repeated, or with weights: a mixture. An expert without a weight counts once. Without: the base model",
        HelpName = "name[=weight]",
    };

    private readonly Option<int> _maxTokens = new("--max-tokens") { Description = "Most tokens to generate [server's default: 128]", HelpName = "n" };

    private readonly Option<double?> _temperature = new("--temperature")
    {
        Description = "0 is greedy, the server's default",
        HelpName = "t",
        CustomParser = Real,
    };

    private readonly Option<double?> _topP = new("--top-p")
    {
        Description = "Keep the most probable tokens up to this probability",
        HelpName = "p",
        CustomParser = Real,
    };

    private readonly Option<int?> _topK = new("--top-k") { Description = "Keep this many most probable tokens", HelpName = "k" };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "Repeats a draw", HelpName = "seed" };

    private readonly Option<double?> _minP = new("--min-p")
    {
        Description = "Keep tokens at least this many times as probable as the most probable one",
        HelpName = "p",
        CustomParser = Real,
    };

    private readonly Option<double?> _repetitionPenalty = new("--repetition-penalty")
    {
        Description = "Weaken tokens of prompt and answer; 1 changes nothing",
        HelpName = "factor",
        CustomParser = Real,
    };

    private readonly Option<double?> _frequencyPenalty = new("--frequency-penalty")
    {
        Description = "Take this off a token's logit for every time that it was generated",
        HelpName = "x",
        CustomParser = Real,
    };

    private readonly Option<double?> _presencePenalty = new("--presence-penalty")
    {
        Description = "Take this off a token's logit once it was generated",
        HelpName = "x",
        CustomParser = Real,
    };

    private readonly Option<string[]> _logitBias = new("--logit-bias")
    {
        Description = "Add this to a token's logit; may be repeated",
        HelpName = "id=value",
    };

    private readonly Option<string[]> _stop = new("--stop") { Description = "Text that ends the answer; may be repeated", HelpName = "text" };

    /// <summary>Whether to say on standard error what was selected and how long it took.</summary>
    public Option<bool> Verbose { get; } =
        new("--verbose", "-v") { Description = "Show what was selected, token counts and timings on standard error" };

    public void AddTo(Command command)
    {
        command.Add(_prompt);
        Option[] options =
        [
            _raw, _system, _experts, _maxTokens, _temperature, _topP, _topK, _minP,
            _repetitionPenalty, _frequencyPenalty, _presencePenalty, _logitBias, _seed, _stop, Verbose,
        ];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>The request that a command line means.</summary>
    /// <exception cref="UsageException">Options that exclude each other.</exception>
    public async Task<GenerateRequest> RequestAsync(ParseResult parsed, CliHost host, CancellationToken cancellationToken)
    {
        var request = new GenerateRequest
        {
            Selection = Selection(parsed.GetValue(_experts) ?? []),
            MaxTokens = parsed.GetValue(_maxTokens),
            Stop = { parsed.GetValue(_stop) ?? [] },
        };
        SetSampling(request, parsed);
        var system = parsed.GetValue(_system);
        if (parsed.GetValue(_raw) && system is not null)
        {
            throw new UsageException("--raw sends no chat, so there is no place for a --system message.");
        }

        var prompt = await PromptInput.ReadAsync(parsed.GetValue(_prompt)!, host.Input, cancellationToken);
        if (parsed.GetValue(_raw))
        {
            request.Prompt = prompt;
        }
        else
        {
            request.Messages = Chat(system, prompt);
        }

        return request;
    }

    // The library's own parser takes "0,1" for 1: a comma separates thousands for it.
    internal static double? Real(ArgumentResult argument)
    {
        if (double.TryParse(argument.Tokens.Single().Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        argument.AddError($"'{argument.Tokens.Single().Value}' is not a number.");
        return null;
    }

    private void SetSampling(GenerateRequest request, ParseResult parsed)
    {
        if (parsed.GetValue(_temperature) is { } temperature)
        {
            request.Temperature = temperature;
        }

        if (parsed.GetValue(_topP) is { } topP)
        {
            request.TopP = topP;
        }

        if (parsed.GetValue(_topK) is { } topK)
        {
            request.TopK = topK;
        }

        if (parsed.GetValue(_minP) is { } minP)
        {
            request.MinP = minP;
        }

        if (parsed.GetValue(_repetitionPenalty) is { } repetitionPenalty)
        {
            request.RepetitionPenalty = repetitionPenalty;
        }

        if (parsed.GetValue(_frequencyPenalty) is { } frequencyPenalty)
        {
            request.FrequencyPenalty = frequencyPenalty;
        }

        if (parsed.GetValue(_presencePenalty) is { } presencePenalty)
        {
            request.PresencePenalty = presencePenalty;
        }

        foreach (var text in parsed.GetValue(_logitBias) ?? [])
        {
            var (id, bias) = Bias(text);
            request.LogitBias[id] = bias;
        }

        if (parsed.GetValue(_seed) is { } seed)
        {
            request.Seed = seed;
        }
    }

    private static (int Id, double Bias) Bias(string text) =>
        text.Split('=') is [var id, var bias]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
        && double.TryParse(bias, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? (token, value)
            : throw new UsageException($"'{text}' is not a bias: ID=VALUE takes a token id and a number.");

    private static ChatMessages Chat(string? system, string prompt)
    {
        var chat = new ChatMessages();
        if (system is not null)
        {
            chat.Messages.Add(new ChatMessage { Role = "system", Content = system });
        }

        chat.Messages.Add(new ChatMessage { Role = "user", Content = prompt });
        return chat;
    }

    private static ExpertSelection Selection(string[] texts)
    {
        ExpertArgument[] experts = [.. texts.Select(ExpertArgument.Parse)];
        return experts switch
        {
            [] => new ExpertSelection { Base = new BaseModel() },
            [{ Weight: null } only] => new ExpertSelection { Expert = new ExpertRef { Name = only.Name } },
            _ => new ExpertSelection
            {
                Mixture = new Mixture
                {
                    Terms = { experts.Select(expert => new MixtureTerm { Expert = expert.Name, Weight = expert.WeightOrOne }) },
                },
            },
        };
    }
}
