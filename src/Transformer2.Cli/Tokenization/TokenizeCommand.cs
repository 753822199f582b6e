using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 tokenize</c>: texts to ids, line by line.</summary>
internal static class TokenizeCommand
{
    public static Command Create(GlobalOptions global)
    {
        var path = TokenizerPath.Option(required: true);
        var command = new Command(
            "tokenize", "Turns lines {\"text\", \"special\", \"bos\"} on standard input into lines {\"ids\"}; needs no server.") { path };
        command.SetAction((parsed, cancellationToken) =>
        {
            var tokenizer = TokenizerPath.Load(parsed.GetValue(path)!);
            return JsonLines.RunAsync(
                global.Host,
                line =>
                {
                    line.ExpectOnly("text", "special", "bos");
                    return JsonLine.Of("ids", tokenizer.Encode(line.Text("text"), line.Flag("special"), line.Flag("bos")));
                },
                cancellationToken);
        });
        return command;
    }
}
