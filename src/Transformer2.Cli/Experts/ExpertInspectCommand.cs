using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Transformer2.Experts;
using Transformer2.Modeling.Svf;

namespace Transformer2.Cli;

/// <summary><c>t2 expert inspect</c>: judges and describes a local file as an upload would, without a server.</summary>
internal static class ExpertInspectCommand
{
    public static Command Create(GlobalOptions global)
    {
        var file = new Argument<string>("file") { Description = "The expert file (safetensors)" };
        var model = new Option<string>("--model")
        {
            Description = "Folder of the base model that it is for; without it, what only the base model tells is not judged",
            HelpName = "folder",
        };
        var command = new Command("inspect", "Says whether an upload would take an expert file, and describes it; needs no server.") { file, model };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var layout = parsed.GetValue(model) is { } folder ? LocalFolder.Use(folder, Decomposition.LayoutOf) : null;
            var judgement = await ExpertJudgement.OfAsync(parsed.GetValue(file)!, layout, cancellationToken);
            global.Printer(parsed).PrintRecord(judgement.ToJson(), () => Text(judgement));
            return judgement.Fault is null ? ExitCode.Success : ExitCode.InvalidInput;
        });
        return command;
    }

    private static string Text(ExpertJudgement judgement)
    {
        var verdict = judgement switch
        {
            { Fault: { } fault } => $"refused  {fault.Reason}: {fault.Message}\n",
            { HasModel: false } => "accepted, as far as the file alone tells (--model judges it against a base model)\n",
            _ => "accepted\n",
        };
        return judgement.Facts is { } facts ? $"{verdict}\n{Text(facts)}" : verdict;
    }

    private static string Text(ExpertInspection file)
    {
        var facts = new TextTable()
            .Add("size", Amounts.Bytes(file.FileBytes))
            .Add("digest", file.FileDigest)
            .Add("vectors", file.VectorDigest)
            .Add("parameters", file.ParameterCount);
        foreach (var (key, value) in file.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            facts.Add(key, value);
        }

        var matrices = new TextTable("MATRIX", "RANK", "MIN", "MAX", "MEAN");
        foreach (var matrix in file.Matrices)
        {
            matrices.Add(matrix.Matrix, matrix.Rank, Amounts.Figure(matrix.Min), Amounts.Figure(matrix.Max), Amounts.Figure(matrix.Mean));
        }

        return $"{facts}\n{matrices}";
    }
}

/// <summary>Whether an upload would take a file, and what the file holds.</summary>
/// <param name="Fault">Why an upload would refuse it; null when it would not.</param>
/// <param name="Facts">What it holds; null when it is no expert file at all.</param>
/// <param name="HasModel">It was held against a base model.</param>
internal sealed record ExpertJudgement(ExpertFileException? Fault, ExpertInspection? Facts, bool HasModel)
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static async Task<ExpertJudgement> OfAsync(string path, ExpertLayout? layout, CancellationToken cancellationToken)
    {
        var limits = ExpertLimits.Default;
        LocalFile.RequireNoFolder(path);
        byte[] bytes;
        try
        {
            bytes = await LocalFile.ReadAsync(path, limits.MaxFileBytes, cancellationToken);
        }
        catch (InputException)
        {
            var fault = new ExpertFileException(ExpertFileReason.TooLarge, $"The file has more than {limits.MaxFileBytes} bytes.");
            return new ExpertJudgement(fault, null, layout is not null);
        }

        return new ExpertJudgement(ExpertFile.FindFault(bytes, layout, limits), Describe(bytes), layout is not null);
    }

    /// <summary>The judgement, with the facts beside it.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["accepted"] = Fault is null,
            ["reason"] = Fault?.Reason,
            ["message"] = Fault?.Message,
            ["position"] = Fault?.Position,
            ["judged_against_model"] = HasModel,
        };
        var facts = Facts is null ? [] : JsonSerializer.SerializeToNode(Facts, Json.Options)!.AsObject();
        foreach (var (name, value) in facts.ToArray())
        {
            facts.Remove(name);
            json[name] = value;
        }

        return json;
    }

    private static ExpertInspection? Describe(byte[] bytes)
    {
        try
        {
            return ExpertFile.Inspect(bytes);
        }
        catch (ExpertFileException)
        {
            return null;
        }
    }
}
