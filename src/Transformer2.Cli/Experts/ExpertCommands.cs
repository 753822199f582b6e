using System.CommandLine;

namespace Transformer2.Cli;

/// <summary><c>t2 expert</c>: the tenant's library, and expert files.</summary>
internal static class ExpertCommands
{
    public static Command Create(GlobalOptions global) => new("expert", "The tenant's expert library, and expert files.")
    {
        ExpertUploadCommand.Create(global),
        ExpertListCommand.Create(global),
        ExpertShowCommand.Create(global),
        ExpertDownloadCommand.Create(global),
        ExpertReleaseCommand.Create(global),
        ExpertDeleteCommand.Create(global),
        ExpertInspectCommand.Create(global),
    };

    /// <summary>The argument that names an expert.</summary>
    public static Argument<string> Id() => new("id") { Description = "Id of the expert, or tenants/{tenant}/experts/{id}" };
}
