using System.CommandLine;
using Transformer2.Engine;

namespace Transformer2.Cli;

/// <summary><c>t2 model generate</c>: answers of a local model.</summary>
internal static class ModelGenerateCommand
{
    private const int DefaultMaxTokens = 128;

    public static Command Create(GlobalOptions global)
    {
        var model = ModelLogitsCommand.ModelFolderOption();
        var tokens = new Option<string>("--tokens") { Description = "JSON file {\"input_ids\": [[...], ...]}: prompts as token ids, one a row", HelpName = "file" };
        var prompt = new Option<string>("--prompt") { Description = "A chat message to answer; - reads it from standard input", HelpName = "text" };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as it stands, instead of answering it as a chat message" };
        var experts = new Option<string[]>("--expert")
        {
            Description = "Expert file; repeated, or with weights: a mixture over effective multipliers. A file without a weight counts once",
            HelpName = "file[=weight]",
        };
        var maxTokens = new Option<int?>("--max-tokens") { Description = $"Most tokens to generate [default: {DefaultMaxTokens}]", HelpName = "n" };
        var ignoreEnd = new Option<bool>("--ignore-eos") { Description = "Go on after a token that ends an answer" };
        var greedy = new Option<bool>("--greedy") { Description = "Always the most probable token; the default" };
        var temperature = new Option<double?>("--temperature") { Description = "0 is greedy", HelpName = "t", CustomParser = GenerateOptions.Real };
        var topP = new Option<double?>("--top-p")
        {
            Description = "Keep the most probable tokens up to this probability",
            HelpName = "p",
            CustomParser = GenerateOptions.Real,
        };
        var topK = new Option<int?>("--top-k") { Description = "Keep this many most probable tokens", HelpName = "k" };
        var seed = new Option<ulong?>("--seed") { Description = "Repeats a draw [default: 0]", HelpName = "seed" };
        var command = new Command("generate", "Answers prompts with a local model; needs no server.")
        {
            model, tokens, prompt, raw, experts, maxTokens, ignoreEnd, greedy, temperature, topP, topK, seed,
        };
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(tokens) is null == parsed.GetValue(prompt) is null)
            {
                throw new UsageException("Give either --tokens FILE or --prompt TEXT.");
            }

            if (parsed.GetValue(greedy) && parsed.GetValue(temperature) is > 0)
            {
                throw new UsageException("--greedy and --temperature exclude each other.");
            }

            placement.Read(parsed);
            var run = new GenerateRun
            {
                Model = parsed.GetValue(model)!,
                Prompts = parsed.GetValue(tokens) is { } file
                    ? await GenerateRun.TokensAsync(file, cancellationToken)
                    : [GenerateRun.TextOf(await PromptInput.ReadAsync(parsed.GetValue(prompt)!, global.Host.Input, cancellationToken), parsed.GetValue(raw))],
                Experts = [.. (parsed.GetValue(experts) ?? []).Select(ExpertArgument.ParseFile)],
                MaxTokens = InRange(parsed.GetValue(maxTokens) ?? DefaultMaxTokens, 1, int.MaxValue, "--max-tokens"),
                IgnoreEndOfAnswer = parsed.GetValue(ignoreEnd),
                Sampling = new SamplingOptions(
                    InRange(parsed.GetValue(temperature) ?? 0, 0, double.MaxValue, "--temperature"),
                    InRange(parsed.GetValue(topP) ?? 1, double.Epsilon, 1, "--top-p"),
                    InRange(parsed.GetValue(topK) ?? 0, 0, int.MaxValue, "--top-k"),
                    parsed.GetValue(seed) ?? 0),
                DType = placement.DType(parsed),
                Device = placement.Device(parsed),
            };
            var result = await run.RunAsync(global.Host, cancellationToken);
            global.Printer(parsed).PrintRecord(result, () => Text(result));
            return ExitCode.Success;
        });
        return command;
    }

    private static T InRange<T>(T value, T least, T most, string option)
        where T : IComparable<T> =>
        value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? value
            : throw new InputException($"{option} is {FormattableString.Invariant($"{value}")}; it must be at least {FormattableString.Invariant($"{least}")} and at most {FormattableString.Invariant($"{most}")}.");

    private static string Text(GenerateResult result) => string.Concat(result.Rows.Select(row => (row.Text ?? string.Join(' ', row.Ids)) + "\n"));
}
