using System.CommandLine;

namespace Transformer2.Cli;

/// <summary>The options that say what an answer is, alike for a server and for a local model: how many, how long, what ends it.</summary>
internal sealed class AnswerArguments
{
    private readonly Option<int?> _answers = new("--answers", "-n") { Description = "How many answers to give [default: 1]", HelpName = "n" };

    private readonly Option<int?> _maxTokens = new("--max-tokens") { Description = "Most tokens to generate [default: 128]", HelpName = "n" };

    private readonly Option<int?> _minTokens = new("--min-tokens") { Description = "Nothing ends an answer before it has this many tokens", HelpName = "n" };

    private readonly Option<string[]> _stop = new("--stop") { Description = "Text that ends the answer; may be repeated", HelpName = "text" };

    private readonly Option<int?> _logprobs = new("--logprobs")
    {
        Description = "Report every token's log-probability and this many alternatives; shown with --output-format json",
        HelpName = "n",
    };

    public void AddTo(Command command)
    {
        Option[] options = [_answers, _maxTokens, _minTokens, _stop, _logprobs];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>What the command line says; what it does not say is null. Ranges are for the receiver to check.</summary>
    public Values Read(ParseResult parsed) => new(
        parsed.GetValue(_answers), parsed.GetValue(_maxTokens), parsed.GetValue(_minTokens), parsed.GetValue(_stop) ?? [], parsed.GetValue(_logprobs));

    /// <summary>What a command line says.</summary>
    internal sealed record Values(int? Answers, int? MaxTokens, int? MinTokens, IReadOnlyList<string> Stop, int? Logprobs);
}
