using System.CommandLine;
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

    private readonly Option<string> _composition = new("--composition")
    {
        Description = "How the experts of a mixture become one: linear, soft or norm-preserving [default: linear]",
        HelpName = "name",
    };

    private readonly AutoArguments _auto = new();

    private readonly AnswerArguments _answers = new();

    private readonly SamplingArguments _sampling = new("Repeats a draw");

    private readonly SchedulingArguments _scheduling = new();

    /// <summary>Whether to say on standard error what was selected and how long it took.</summary>
    public Option<bool> Verbose { get; } =
        new("--verbose", "-v") { Description = "Show what was selected, token counts and timings on standard error" };

    public void AddTo(Command command)
    {
        command.Add(_prompt);
        Option[] options = [_raw, _system, _experts, _composition, Verbose];
        foreach (var option in options)
        {
            command.Add(option);
        }

        _auto.AddTo(command);
        _answers.AddTo(command);
        _sampling.AddTo(command);
        _scheduling.AddTo(command);
    }

    /// <summary>How long the call may take.</summary>
    /// <exception cref="UsageException">Not a time.</exception>
    public TimeSpan Timeout(ParseResult parsed) => _scheduling.Timeout(parsed);

    /// <summary>The request that a command line means.</summary>
    /// <exception cref="UsageException">Options that exclude each other.</exception>
    public async Task<GenerateRequest> RequestAsync(ParseResult parsed, CliHost host, CancellationToken cancellationToken)
    {
        var answers = _answers.Read(parsed);
        var request = new GenerateRequest
        {
            Selection = await _auto.ReadAsync(parsed, parsed.GetValue(_experts) ?? [], cancellationToken) ?? Selection(parsed.GetValue(_experts) ?? [], parsed.GetValue(_composition)),
            N = answers.Answers ?? 0,
            MaxTokens = answers.MaxTokens ?? 0,
            MinTokens = answers.MinTokens ?? 0,
            Stop = { answers.Stop },
            Logprobs = answers.Logprobs ?? 0,
            Priority = _scheduling.Priority(parsed),
        };
        SetSampling(request, _sampling.Read(parsed));
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
            request.Messages = PromptInput.Chat(system, prompt);
        }

        return request;
    }

    private static void SetSampling(GenerateRequest request, SamplingArguments.Values sampling)
    {
        if (sampling.Temperature is { } temperature)
        {
            request.Temperature = temperature;
        }

        if (sampling.TopP is { } topP)
        {
            request.TopP = topP;
        }

        if (sampling.TopK is { } topK)
        {
            request.TopK = topK;
        }

        if (sampling.MinP is { } minP)
        {
            request.MinP = minP;
        }

        if (sampling.RepetitionPenalty is { } repetition)
        {
            request.RepetitionPenalty = repetition;
        }

        if (sampling.FrequencyPenalty is { } frequency)
        {
            request.FrequencyPenalty = frequency;
        }

        if (sampling.PresencePenalty is { } presence)
        {
            request.PresencePenalty = presence;
        }

        if (sampling.Seed is { } seed)
        {
            request.Seed = seed;
        }

        foreach (var (id, bias) in sampling.LogitBias)
        {
            request.LogitBias.Add(id, bias);
        }
    }

    private static ExpertSelection Selection(string[] texts, string? composition)
    {
        ExpertArgument[] experts = [.. texts.Select(ExpertArgument.Parse)];
        if (composition is not null && experts.Length == 0)
        {
            throw new UsageException("--composition is for a mixture, which --expert names.");
        }

        return experts switch
        {
            [] => new ExpertSelection { Base = new BaseModel() },
            [{ Weight: null } only] when composition is null => new ExpertSelection { Expert = new ExpertRef { Name = only.Name } },
            _ => new ExpertSelection
            {
                Mixture = new Mixture
                {
                    Terms = { experts.Select(expert => new MixtureTerm { Expert = expert.Name, Weight = expert.WeightOrOne }) },
                    Composition = composition ?? "",
                },
            },
        };
    }
}
