using System.CommandLine;
using Transformer2.Training.Classification;

namespace Transformer2.Cli;

/// <summary>Options that say how the model is asked.</summary>
internal sealed class ClassifierTextOptions
{
    private const int MostCharacters = 4096;

    private readonly Option<string> _user = new("--user")
    {
        Description = $"The user's message, with {ClassificationTemplates.Placeholder} for the prompt [default: {ClassificationTemplates.DefaultUser}]",
        HelpName = "text",
    };

    private readonly Option<string> _system = new("--system") { Description = "The system's message [default: none]", HelpName = "text" };

    private readonly Option<string> _prefix = new("--answer-prefix")
    {
        Description = "How the answer begins, before the label [default: with the label]",
        HelpName = "text",
    };

    public void AddTo(Command command)
    {
        command.Add(_user);
        command.Add(_system);
        command.Add(_prefix);
    }

    /// <exception cref="UsageException">A text is too long, or has no place for the prompt.</exception>
    public ClassifierTexts Read(ParseResult parsed)
    {
        foreach (var option in (Option<string>[])[_user, _system, _prefix])
        {
            if (parsed.GetValue(option) is { Length: > MostCharacters })
            {
                throw new UsageException($"{option.Name} has more than {MostCharacters} characters.");
            }
        }

        var user = parsed.GetValue(_user) ?? ClassificationTemplates.DefaultUser;
        return user.Contains(ClassificationTemplates.Placeholder, StringComparison.Ordinal)
            ? new ClassifierTexts(user, parsed.GetValue(_system), parsed.GetValue(_prefix) ?? "")
            : throw new UsageException($"--user needs {ClassificationTemplates.Placeholder} where the prompt shall be.");
    }
}
