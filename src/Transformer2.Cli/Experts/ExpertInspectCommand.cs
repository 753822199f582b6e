using System.CommandLine;
using Transformer2.Experts;

namespace Transformer2.Cli;

/// <summary><c>t2 expert inspect</c>: describes a local file, without a server.</summary>
internal static class ExpertInspectCommand
{
    public static Command Create(GlobalOptions global)
    {
        var file = new Argument<string>("file") { Description = "The expert file (safetensors)" };
        var command = new Command("inspect", "Checks and describes an expert file; needs no server.") { file };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var bytes = await LocalFile.ReadAsync(parsed.GetValue(file)!, ExpertLimits.Default.MaxFileBytes, cancellationToken);
            var inspection = ExpertFile.Inspect(bytes);
            global.Printer(parsed).PrintRecord(inspection, () => Text(inspection));
            return ExitCode.Success;
        });
        return command;
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
