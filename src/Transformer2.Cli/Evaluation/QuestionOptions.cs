using System.CommandLine;

namespace Transformer2.Cli;

/// <summary>The options that choose questions of the generated corpus.</summary>
/// <param name="mostPerFamily">Questions of a family unless told otherwise.</param>
internal sealed class QuestionOptions(int mostPerFamily)
{
    private const int MostQuestions = 100_000;

    private static readonly string[] Splits = ["test", "validation", "train"];

    private readonly Option<string> _split = new("--split") { Description = "Which questions", DefaultValueFactory = _ => Splits[0] };

    private readonly Option<int> _count = new("--questions")
    {
        Description = "Most questions per family",
        HelpName = "n",
        DefaultValueFactory = _ => mostPerFamily,
    };

    private readonly Option<ulong> _seed = new("--seed") { Description = "Names the sample of questions", HelpName = "seed", DefaultValueFactory = _ => 1 };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        _split.AcceptOnly(Splits);
        command.Add(_split);
        command.Add(_count);
        command.Add(_seed);
    }

    /// <summary>Which questions.</summary>
    public string Split(ParseResult parsed) => parsed.GetValue(_split)!;

    /// <summary>Most questions per family.</summary>
    /// <exception cref="UsageException">Not a number of questions.</exception>
    public int Count(ParseResult parsed) => parsed.GetValue(_count) is >= 1 and <= MostQuestions and var count
        ? count
        : throw new UsageException($"--questions must be between 1 and {MostQuestions}.");

    /// <summary>Names the sample.</summary>
    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);
}
