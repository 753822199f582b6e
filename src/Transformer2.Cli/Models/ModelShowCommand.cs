using System.CommandLine;
using Transformer2.V1;

namespace Transformer2.Cli;

/// <summary><c>t2 model show</c>: the server's base model.</summary>
internal static class ModelShowCommand
{
    public static Command Create(GlobalOptions global)
    {
        var command = new Command("show", "Describes the server's base model: what an expert file for it must hold.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = global.Connect(parsed, KeyRole.Tenant);
            var model = await client.GetModelAsync(cancellationToken);
            global.Printer(parsed).Print(model, () => Text(model));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Text(Model model)
    {
        var facts = new TextTable()
            .Add("model", model.ModelId)
            .Add("parameters", model.ParameterCount)
            .Add("context", model.ContextLength)
            .Add("vocabulary", model.VocabularySize)
            .Add("base model", model.BaseFingerprint)
            .Add("decomposition", model.DecompositionFingerprint);
        var matrices = new TextTable("MATRIX", "RANK");
        foreach (var matrix in model.Matrices)
        {
            matrices.Add(matrix.Name, matrix.Rank);
        }

        return $"{facts}\n{matrices}";
    }
}
