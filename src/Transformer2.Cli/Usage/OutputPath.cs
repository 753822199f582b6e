namespace Transformer2.Cli;

/// <summary>Where a command will write, looked at before it computes for an hour in vain. Nothing is created.</summary>
internal static class OutputPath
{
    /// <summary>A file to write, new or replaced; its folder must be there.</summary>
    /// <param name="path">What the option says.</param>
    /// <param name="option">Name of the option.</param>
    /// <exception cref="UsageException">No file can be written there.</exception>
    public static string OfFile(string path, string option = "--output")
    {
        RequireText(path, option);
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full) || Path.EndsInDirectorySeparator(path))
        {
            throw new UsageException($"{option}: '{path}' is a folder, not a file.");
        }

        // A file that is put in the place of a device breaks every other program.
        if (full.StartsWith("/dev/", StringComparison.Ordinal))
        {
            throw new UsageException($"{option}: '{path}' is a device, not a file.");
        }

        var folder = Path.GetDirectoryName(full)!;
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"{option}: there is no folder '{folder}'.");
        }

        RequireWritable(folder, option);
        return path;
    }

    /// <summary>A folder to write to, existing or to be created with its parents.</summary>
    /// <inheritdoc cref="OfFile"/>
    public static string OfFolder(string path, string option = "--output")
    {
        RequireText(path, option);
        var existing = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        while (!Directory.Exists(existing))
        {
            if (Path.Exists(existing))
            {
                throw new UsageException($"{option}: '{existing}' is a file, not a folder.");
            }

            existing = Path.GetDirectoryName(existing)!;
        }

        RequireWritable(existing, option);
        return path;
    }

    private static void RequireText(string path, string option)
    {
        if (path.Length == 0)
        {
            throw new UsageException($"{option} is empty.");
        }
    }

    // Permissions, read-only disks and full ones all show in the attempt, and only there.
    private static void RequireWritable(string folder, string option)
    {
        try
        {
            using var probe = new FileStream(
                Path.Combine(folder, $".t2-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{option}: nothing can be written to the folder '{folder}'.");
        }
    }
}
