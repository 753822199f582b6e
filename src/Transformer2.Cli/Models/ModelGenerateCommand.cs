using System.CommandLine;
using Transformer2.Engine;

namespace Transformer2.Cli;

/// <summary><c>t2 model generate</c>: answers of a local model.</summary>
internal static class ModelGenerateCommand
{
    private const int DefaultMaxTokens = 128;

    // The ranges of generation.proto.
    private const int MaxAnswers = 16, MaxLogprobs = 20;
    private const double MinRepetitionPenalty = 0.01, MaxRepetitionPenalty = 100, MaxPenalty = 2, MaxBias = 100;

    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var tokens = new Option<string>("--tokens") { Description = "JSON file {\"input_ids\": [[...], ...]}: prompts as token ids, one a row", HelpName = "file" };
        var prompt = new Option<string>("--prompt") { Description = "A chat message to answer; - reads it from standard input", HelpName = "text" };
        var messages = new Option<string>("--messages")
        {
            Description = "JSON file of a conversation to answer: [{\"role\", \"content\"}, ...], or an object {\"messages\", \"tools\", ...} for the model's template",
            HelpName = "file",
        };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as it stands, instead of answering it as a chat message" };
        var experts = new Option<string[]>("--expert")
        {
            Description = "Expert file; repeated, or with weights: a mixture over effective multipliers. A file without a weight counts once",
            HelpName = "file[=weight]",
        };
        var context = new Option<int?>("--context")
        {
            Description = "Most tokens of prompt and answer together, up to what the model's rotary scaling reaches [default: what the model was made for]",
            HelpName = "n",
        };
        var ignoreEnd = new Option<bool>("--ignore-eos") { Description = "Go on after a token that ends an answer" };
        var greedy = new Option<bool>("--greedy") { Description = "Always the most probable token; the default" };
        var sampling = new SamplingArguments("Repeats a draw [default: 0]");
        var command = new Command("generate", "Answers prompts with a local model; needs no server.")
        {
            model, tokens, prompt, messages, raw, experts, context, ignoreEnd, greedy,
        };
        var answers = new AnswerArguments();
        answers.AddTo(command);
        sampling.AddTo(command);
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var sources = ((string?[])[parsed.GetValue(tokens), parsed.GetValue(prompt), parsed.GetValue(messages)]).Count(source => source is not null);
            if (sources != 1)
            {
                throw new UsageException("Give one of --tokens FILE, --prompt TEXT and --messages FILE.");
            }

            if (parsed.GetValue(raw) && parsed.GetValue(messages) is not null)
            {
                throw new UsageException("--raw goes with --prompt: --messages are laid out by the model's template.");
            }

            var values = sampling.Read(parsed);
            if (parsed.GetValue(greedy) && values.Temperature is > 0)
            {
                throw new UsageException("--greedy and --temperature exclude each other.");
            }

            placement.Read(parsed);
            var run = new GenerateRun
            {
                Model = parsed.GetValue(model)!,
                Prompts = (parsed.GetValue(tokens), parsed.GetValue(messages)) switch
                {
                    ({ } file, _) => await GenerateRun.TokensAsync(file, cancellationToken),
                    (_, { } file) => [await MessagesFile.ReadAsync(file, parsed.GetValue(model)!, global.Host.Time, cancellationToken)],
                    _ => [GenerateRun.TextOf(await PromptInput.ReadAsync(parsed.GetValue(prompt)!, global.Host.Input, cancellationToken), parsed.GetValue(raw))],
                },
                Experts = [.. (parsed.GetValue(experts) ?? []).Select(ExpertArgument.ParseFile)],
                Answer = Answer(answers.Read(parsed)),
                ContextLength = parsed.GetValue(context) is { } length ? InRange(length, 1, EngineOptions.MaxContextLength, "--context") : null,
                IgnoreEndOfAnswer = parsed.GetValue(ignoreEnd),
                Sampling = Sampling(values),
                DType = placement.DType(parsed),
                Device = placement.Device(parsed),
            };
            var result = await run.RunAsync(global.Host, cancellationToken);
            global.Printer(parsed).PrintRecord(result, () => Text(result));
            return ExitCode.Success;
        });
        return command;
    }

    private static AnswerOptions Answer(AnswerArguments.Values values)
    {
        var maxTokens = InRange(values.MaxTokens ?? DefaultMaxTokens, 1, int.MaxValue, "--max-tokens");
        return new AnswerOptions(
            InRange(values.Answers ?? 1, 1, MaxAnswers, "--answers"),
            maxTokens,
            InRange(values.MinTokens ?? 0, 0, maxTokens, "--min-tokens"),
            values.Stop.All(stop => stop.Length > 0) ? values.Stop : throw new InputException("--stop is empty."),
            InRange(values.Logprobs ?? 0, 0, MaxLogprobs, "--logprobs"));
    }

    private static SamplingOptions Sampling(SamplingArguments.Values values) => new(
        InRange(values.Temperature ?? 0, 0, double.MaxValue, "--temperature"),
        InRange(values.TopP ?? 1, double.Epsilon, 1, "--top-p"),
        InRange(values.TopK ?? 0, 0, int.MaxValue, "--top-k"),
        values.Seed ?? 0)
    {
        MinP = InRange(values.MinP ?? 0, 0, 1, "--min-p"),
        RepetitionPenalty = InRange(values.RepetitionPenalty ?? 1, MinRepetitionPenalty, MaxRepetitionPenalty, "--repetition-penalty"),
        FrequencyPenalty = InRange(values.FrequencyPenalty ?? 0, -MaxPenalty, MaxPenalty, "--frequency-penalty"),
        PresencePenalty = InRange(values.PresencePenalty ?? 0, -MaxPenalty, MaxPenalty, "--presence-penalty"),
        LogitBias = values.LogitBias.ToDictionary(bias => bias.Key, bias => InRange(bias.Value, -MaxBias, MaxBias, "--logit-bias")),
    };

    private static T InRange<T>(T value, T least, T most, string option)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new InputException($"{option} is {FormattableString.Invariant($"{value}")}; it must be at least {FormattableString.Invariant($"{least}")} and at most {FormattableString.Invariant($"{most}")}.");

    private static string Text(GenerateResult result) => string.Concat(result.Rows.Select(row => (row.Text ?? string.Join(' ', row.Ids)) + "\n"));
}
