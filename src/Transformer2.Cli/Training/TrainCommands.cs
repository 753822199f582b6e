using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 train</c>: makes base models and experts.</summary>
internal static class TrainCommands
{
    public static Command Create(GlobalOptions global) => new("train", "Trains a base model, or an expert for one, without a server; and jobs of a server that train experts.")
    {
        TrainBaseCommand.Create(global),
        TrainExpertCommand.Create(global),
        TrainClassifierCommand.Create(global),
        TrainJobCommands.Create(global),
    };
}
