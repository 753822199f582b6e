using Xunit;

namespace Transformer2.TestKit;

/// <summary>
/// Golden data: what was generated for this project lies in the repository under <c>tests/oracles</c>; the rest beside it, in the directory
/// that the environment variable <c>T2_SHARED</c> names or in <c>shared</c> next to the repository's root. A test that needs what is not
/// there is skipped.
/// </summary>
public static class SharedFiles
{
    private static readonly string? Repository = FindRepository();
    private static readonly string? Shared = FindShared();

    /// <summary>The full path of a file or directory, for example <c>oracles/svf</c>; skips the running test when it is not here.</summary>
    public static string Path(string relative)
    {
        if (Repository is not null && System.IO.Path.Combine(Repository, "tests", relative) is var own && System.IO.Path.Exists(own))
            return own;
        if (Shared is null)
            Assert.Skip("The shared files are not here: set T2_SHARED, or put a directory 'shared' beside the repository.");
        return System.IO.Path.Combine(Shared, relative);
    }

    private static string? FindShared()
    {
        var directory = Environment.GetEnvironmentVariable("T2_SHARED") is { Length: > 0 } named
            ? named
            : Repository is null ? null : System.IO.Path.Combine(Repository, "..", "shared");
        return Directory.Exists(directory) ? directory : null;
    }

    private static string? FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(System.IO.Path.Combine(directory.FullName, "global.json"))) directory = directory.Parent;
        return directory?.FullName;
    }
}
