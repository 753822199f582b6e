using System.Reflection;

namespace Transformer2.Benchmarks;

/// <summary>What the repository holds and its build made.</summary>
internal static class Repository
{
    /// <summary>Folder of the bundled model.</summary>
    public static string Nano { get; } = Path.Combine(Root(), "models", "nano");

    /// <summary>The server, as the build left it.</summary>
    public static string Server { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "MeasuredProgram").Value!;

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "global.json"))) directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The benchmarks do not run below the repository.");
    }
}
