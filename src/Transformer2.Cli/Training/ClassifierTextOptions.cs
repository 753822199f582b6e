using System.CommandLine;
using Transformer2.Adaptation.Classification;

namespace Transformer2.Cli;

/// <summary>Options that say how the model is asked.</summary>
internal sealed class ClassifierTextOptions
{
    private readonly Option<string> _user = new("--user")
    {
        Description = $"The user's message, with {{prompt}} for the prompt [default: {ClassificationTemplates.Nano.User}]",
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
    public ClassificationTemplate Read(ParseResult parsed)
    {
        var template = new ClassificationTemplate
        {
            Name = "options",
            Version = 1,
            User = parsed.GetValue(_user) ?? ClassificationTemplates.Nano.User,
            System = parsed.GetValue(_system),
            AnswerPrefix = parsed.GetValue(_prefix) ?? "",
        };
        try
        {
            template.Validate();
            return template;
        }
        catch (ClassificationException exception)
        {
            throw new UsageException($"{_user.Name}, {_system.Name}, {_prefix.Name}: {exception.Message}");
        }
    }
}
