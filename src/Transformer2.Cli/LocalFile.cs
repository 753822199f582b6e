namespace Transformer2.Cli;

/// <summary>Files of the user.</summary>
internal static class LocalFile
{
    /// <summary>Opens a file to read it.</summary>
    /// <exception cref="InputException">It is a folder, or nothing is named.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static FileStream Open(string path)
    {
        RequireNoFolder(path);
        return File.OpenRead(path);
    }

    /// <summary>Tells a folder from a file that is not there: opening either fails with words that mislead.</summary>
    /// <exception cref="InputException">It is a folder, or nothing is named.</exception>
    public static void RequireNoFolder(string path)
    {
        if (path.Length == 0)
        {
            throw new InputException("The name of a file is empty.");
        }

        if (Directory.Exists(path))
        {
            throw new InputException($"'{path}' is a folder, not a file.");
        }
    }

    /// <summary>Reads a file of at most a number of bytes, whatever kind of file it is.</summary>
    /// <exception cref="InputException">It is larger, or no file.</exception>
    public static async Task<byte[]> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await file.ReadAsync(buffer, cancellationToken) is var read && read > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > maxBytes)
            {
                throw new InputException($"TOO_LARGE: '{path}' has more than {Amounts.Bytes(maxBytes)}.");
            }
        }

        return bytes.ToArray();
    }
}
