using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 detokenize</c>: ids to texts, line by line.</summary>
internal static class DetokenizeCommand
{
    public static Command Create(GlobalOptions global)
    {
        var path = TokenizerPath.Option(required: true);
        var command = new Command(
            "detokenize", "Turns lines {\"ids\", \"skip_special\"} on standard input into lines {\"text\"}; needs no server.") { path };
        command.SetAction((parsed, cancellationToken) =>
        {
            var tokenizer = TokenizerPath.Load(parsed.GetValue(path)!);
            return JsonLines.RunAsync(
                global.Host,
                line =>
                {
                    line.ExpectOnly("ids", "skip_special");
                    return JsonLine.Of(
                        "text", tokenizer.Decode(line.Ids("ids", tokenizer.VocabularySize), line.Flag("skip_special")));
                },
                cancellationToken);
        });
        return command;
    }
}
