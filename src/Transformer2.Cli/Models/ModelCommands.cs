using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 model</c>: base models.</summary>
internal static class ModelCommands
{
    public static Command Create(GlobalOptions global) => new("model", "Base models.")
    {
        ModelShowCommand.Create(global),
        ModelInfoCommand.Create(global),
        ModelEnergyCommand.Create(global),
        ModelDecomposeCommand.Create(global),
        ModelLogitsCommand.Create(global),
        ModelGenerateCommand.Create(global),
    };
}
