using Xunit;

namespace Transformer2.TestKit;

/// <summary>
/// Files that lie beside the repository and are not part of it: the environment variable <c>T2_SHARED</c>, or a directory
/// <c>shared</c> next to the repository's root. A test that needs one is skipped where there is none.
/// </summary>
public static class SharedFiles
{
    private static readonly string? Root = Find();

    /// <summary>The full path of a shared file or directory; skips the running test when there are no shared files.</summary>
    public static string Path(string relative)
    {
        if (Root is null)
            Assert.Skip("The shared files are not here: set T2_SHARED, or put a directory 'shared' beside the repository.");
        return System.IO.Path.Combine(Root, relative);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("T2_SHARED") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "global.json")) && directory.Parent is { } parent)
                return System.IO.Path.Combine(parent.FullName, "shared") is var shared && Directory.Exists(shared) ? shared : null;
        }
        return null;
    }
}
