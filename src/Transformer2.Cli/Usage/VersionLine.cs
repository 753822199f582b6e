using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;

namespace Transformer2.Cli;

/// <summary>What <c>--version</c> prints: name, version, and the commit that it was built from.</summary>
internal sealed class VersionLine : SynchronousCommandLineAction
{
    private const int CommitDigits = 12;

    public override int Invoke(ParseResult parseResult)
    {
        // VERSION+COMMIT where the build knew the commit.
        var version = typeof(VersionLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+');
        var commit = version is [_, { Length: >= CommitDigits } full] ? $" ({full[..CommitDigits]})" : "";
        parseResult.InvocationConfiguration.Output.WriteLine($"t2 {version[0]}{commit}");
        return ExitCode.Success;
    }
}
