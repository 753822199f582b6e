using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 model logits</c>: a local forward pass.</summary>
internal static class ModelLogitsCommand
{
    public static Command Create(GlobalOptions global)
    {
        var model = ModelFolderOption();
        var tokens = new Option<string>("--tokens")
        {
            Description = "JSON file {\"input_ids\": [[...], ...]}, rows of one length",
            HelpName = "file",
            Required = true,
        };
        var experts = new Option<string[]>("--expert")
        {
            Description = "Expert file; repeated, or with weights: a mixture over effective multipliers. A file without a weight counts once",
            HelpName = "file[=weight]",
        };
        var compose = new Option<Composition>("--compose")
        {
            Description = "plain (default): U diag(sigma z) V^T; renormalized: times sum(sigma) / sum(sigma z)",
            HelpName = "plain|renormalized",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "safetensors file to write: logits F32 [rows, tokens, vocabulary]",
            HelpName = "file",
            Required = true,
        };
        var command = new Command("logits", "Computes the logits of token ids with a local model; needs no server.")
        {
            model, tokens, experts, compose, output,
        };
        var placement = new PlacementOptions();
        placement.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new LogitsRun(
                parsed.GetValue(model)!,
                parsed.GetValue(tokens)!,
                [.. (parsed.GetValue(experts) ?? []).Select(ExpertArgument.ParseFile)],
                parsed.GetValue(compose),
                OutputPath.OfFile(parsed.GetValue(output)!),
                placement.Read(parsed));
            var result = await Task.Run(() => run.RunAsync(global.Host, cancellationToken), cancellationToken);
            global.Printer(parsed).PrintRecord(
                result, () => $"wrote {result.Output}: logits F32 [{string.Join(", ", result.Shape)}]{Environment.NewLine}");
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The option that names a base model's folder.</summary>
    public static Option<string> ModelFolderOption() => new("--model")
    {
        Description = "Folder of the base model: config.json, model.safetensors, tokenizer.json",
        HelpName = "folder",
        Required = true,
    };
}
