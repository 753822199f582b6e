using System.CommandLine;
using System.Text.Json.Serialization;
using Transformer2.Experts;

namespace Transformer2.Cli;

/// <summary>What is to be said of a safetensors file.</summary>
/// <param name="Accepted">It is well-formed.</param>
/// <param name="Reason">Why not: a stable code; null when accepted.</param>
/// <param name="Message">The same for people.</param>
/// <param name="Position">Byte at which the fault lies, where there is one.</param>
/// <param name="Tensors">Its tensors in the order of their bytes; none when refused.</param>
internal sealed record SafetensorsJudgement(
    bool Accepted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long? Position,
    IReadOnlyList<SafetensorsTensor> Tensors)
{
    /// <summary>Reads a file's header; its data is not touched.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SafetensorsJudgement Of(string path)
    {
        try
        {
            using var file = SafetensorsFile.Open(path);
            return new SafetensorsJudgement(true, null, null, null, [.. file.Tensors.Values
                .OrderBy(tensor => tensor.Offset)
                .Select(tensor => new SafetensorsTensor(tensor.Name, tensor.DType.ToString(), tensor.Shape))]);
        }
        catch (SafetensorsException fault)
        {
            return new SafetensorsJudgement(false, fault.Reason, fault.Message, fault.Position, []);
        }
    }
}

/// <summary>One tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Dtype">Element type as the format spells it.</param>
/// <param name="Shape">Extents, row-major; empty for a scalar.</param>
internal sealed record SafetensorsTensor(string Name, string Dtype, IReadOnlyList<long> Shape);

/// <summary><c>t2 safetensors</c>: judges any safetensors file.</summary>
internal static class SafetensorsCommand
{
    public static Command Create(GlobalOptions global)
    {
        var file = new Argument<string>("file") { Description = "A safetensors file of any kind" };
        var command = new Command("safetensors", "Checks a safetensors file and lists its tensors; reads the header only.") { file };
        command.SetAction(parsed =>
        {
            LocalFile.RequireNoFolder(parsed.GetValue(file)!);
            var judgement = SafetensorsJudgement.Of(parsed.GetValue(file)!);
            global.Printer(parsed).PrintRecord(judgement, () => Text(judgement));
            return judgement.Accepted ? ExitCode.Success : ExitCode.InvalidInput;
        });
        return command;
    }

    private static string Text(SafetensorsJudgement judgement)
    {
        if (!judgement.Accepted)
        {
            return $"refused  {judgement.Reason}: {judgement.Message}\n";
        }

        var table = new TextTable("TENSOR", "DTYPE", "SHAPE");
        foreach (var tensor in judgement.Tensors)
        {
            table.Add(tensor.Name, tensor.Dtype, $"[{string.Join(", ", tensor.Shape)}]");
        }

        return $"accepted\n\n{table}";
    }
}
