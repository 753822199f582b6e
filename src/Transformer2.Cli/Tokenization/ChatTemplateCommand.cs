using System.CommandLine;
using System.Text.Json;
using Transformer2.Tokenization;

namespace Transformer2.Cli;

/// <summary><c>t2 chat-template</c>: conversations laid out by a model's template, line by line.</summary>
internal static class ChatTemplateCommand
{
    private const int MaxFileBytes = 4 << 20;

    public static Command Create(GlobalOptions global)
    {
        var tokenizer = TokenizerPath.Option(required: false);
        var file = new Option<string>("--template")
        {
            Description = "A Jinja file instead of a folder",
            HelpName = "file",
        };
        var name = new Option<string>("--name")
        {
            Description = "Which of a folder's templates [default: tool_use for a line with tools, where there is one, else default]",
            HelpName = "name",
        };
        var command = new Command(
            "chat-template",
            "Renders a template with each line of standard input, a JSON object of variables, into lines {\"rendered\"} or {\"error\"}; "
            + "needs no server.")
        {
            tokenizer, file, name,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var template = (parsed.GetValue(tokenizer), parsed.GetValue(file), parsed.GetValue(name)) switch
            {
                ({ } path, null, var wanted) => OfTokenizer(path, wanted, global.Host.Time),
                (null, { } path, null) => await OfFileAsync(path, global.Host.Time, cancellationToken),
                (null, { }, _) => throw new UsageException("--name chooses among the templates of a folder: it goes with --tokenizer."),
                _ => throw new UsageException("Either --tokenizer or --template is needed."),
            };
            return await JsonLines.RunAsync(global.Host, line => Render(template, line), cancellationToken);
        });
        return command;
    }

    private static ChatTemplate OfTokenizer(string path, string? name, TimeProvider clock) =>
        ChatTemplate.Load(TokenizerPath.Folder(path), name, clock)
            ?? throw new InputException($"'{path}' has no chat template '{name ?? "default"}'.");

    private static async Task<ChatTemplate> OfFileAsync(string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var reader = StandardInput.Reader(new MemoryStream(await LocalFile.ReadAsync(path, MaxFileBytes, cancellationToken)));
        var source = await reader.ReadToEndAsync(cancellationToken);
        return source.Contains(StandardInput.NoText)
            ? throw new InputException($"'{path}' has bytes that are not UTF-8.")
            : new ChatTemplate(source, clock: clock);
    }

    private static string Render(ChatTemplate template, JsonElement line)
    {
        try
        {
            return JsonLine.Of("rendered", template.RenderText(
                line.EnumerateObject().ToDictionary(member => member.Name, member => (object?)member.Value, StringComparer.Ordinal)));
        }
        catch (ChatTemplateException exception)
        {
            // What a template says to a conversation is a result.
            return JsonLine.Of("error", exception.Message);
        }
    }
}
