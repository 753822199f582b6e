using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary>The options by which a command leaves the choice of experts to the platform.</summary>
internal sealed class AutoArguments
{
    private readonly Option<bool> _auto = new("--auto") { Description = "Let the platform choose by the prompt, as the tenant's dispatch policy says" };

    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "With --auto: prompt, classifier or mixture, instead of the policy's strategy",
        HelpName = "name",
    };

    private readonly Option<string> _policy = new("--policy")
    {
        Description = "With --auto: file with a dispatch policy (JSON) that lies over the tenant's for this request",
        HelpName = "file",
    };

    /// <param name="isDefault">The command leaves the choice to the platform whatever its options say.</param>
    public void AddTo(Command command, bool isDefault = false)
    {
        Option[] options = isDefault ? [_strategy, _policy] : [_auto, _strategy, _policy];
        foreach (var option in options)
        {
            command.Add(option);
        }
    }

    /// <summary>The selection, or null when the platform is not to choose.</summary>
    /// <exception cref="UsageException">Options that exclude each other.</exception>
    /// <exception cref="InputException">The file is not a policy.</exception>
    public async Task<ExpertSelection?> ReadAsync(ParseResult parsed, IReadOnlyList<string> experts, CancellationToken cancellationToken)
    {
        var (strategy, policy) = (parsed.GetValue(_strategy), parsed.GetValue(_policy));
        if (!parsed.GetValue(_auto))
        {
            return strategy is null && policy is null ? null : throw new UsageException("--strategy and --policy are for --auto.");
        }

        if (experts.Count > 0)
        {
            throw new UsageException("--auto leaves the choice to the platform; --expert makes it.");
        }

        return await ReadAsync(parsed, cancellationToken);
    }

    /// <summary>The selection of a command that always leaves the choice to the platform.</summary>
    /// <exception cref="InputException">The file is not a policy.</exception>
    public async Task<ExpertSelection> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (strategy, file) = (parsed.GetValue(_strategy), parsed.GetValue(_policy));
        var policy = file is null ? null : await PolicyFile.ReadAsync(file, cancellationToken);
        if (strategy is not null)
        {
            (policy ??= new DispatchPolicy()).Strategy = strategy;
        }

        return new ExpertSelection { Auto = new Auto { Policy = policy } };
    }
}
