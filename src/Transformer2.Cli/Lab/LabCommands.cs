using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 lab</c>: experiments.</summary>
internal static class LabCommands
{
    public static Command Create(GlobalOptions global) => new("lab", "Experiments of the paper (arXiv 2501.06252) on the bundled model; need no server.")
    {
        ReproduceCommand.Create(global),
    };
}
