using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>The options that say when an answer is wanted.</summary>
internal sealed class SchedulingArguments
{
    private const int MostSeconds = 24 * 60 * 60;

    private readonly Option<Urgency> _priority =
        new("--priority") { Description = "How urgent the answer is: less urgent requests begin when no other waits" };

    private readonly Option<double?> _timeout = new("--timeout")
    {
        Description = "Give up after this time; a request that cannot begin in time is refused",
        HelpName = "seconds",
    };

    public void AddTo(Command command)
    {
        command.Add(_priority);
        command.Add(_timeout);
    }

    /// <summary>How urgent it is.</summary>
    public Priority Priority(ParseResult parsed) => parsed.GetValue(_priority) switch
    {
        Urgency.Batch => V1.Priority.Batch,
        Urgency.Background => V1.Priority.Background,
        _ => V1.Priority.Unspecified,
    };

    /// <summary>How long the call may take.</summary>
    /// <exception cref="UsageException">Not a time.</exception>
    public TimeSpan Timeout(ParseResult parsed) => parsed.GetValue(_timeout) switch
    {
        null => System.Threading.Timeout.InfiniteTimeSpan,
        > 0 and <= MostSeconds and var seconds => TimeSpan.FromSeconds(seconds),
        _ => throw new UsageException($"--timeout takes seconds above 0 and up to {MostSeconds}."),
    };
}
