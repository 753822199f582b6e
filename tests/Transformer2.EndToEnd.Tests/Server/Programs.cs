using System.Diagnostics;
using System.Reflection;

namespace Transformer2.EndToEnd.Tests;

/// <summary>The programs under test, as the build left them.</summary>
internal static class Programs
{
    private static readonly string[] Paths = typeof(Programs).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "TestedPrograms").Value!.Split(';');

    /// <summary>The repository that the tests were built in.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>How to start the server.</summary>
    public static ProcessStartInfo Server() => Program("Transformer2.Server.dll");

    /// <summary>How to start the command line.</summary>
    public static ProcessStartInfo Cli(params IEnumerable<string> args)
    {
        var start = Program("t2.dll");
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return start;
    }

    private static ProcessStartInfo Program(string name)
    {
        var start = new ProcessStartInfo("dotnet", [Paths.Single(path => Path.GetFileName(path) == name)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };

        // The settings of whoever runs the tests are not the tests'.
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("T2_", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        return start;
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "global.json")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
