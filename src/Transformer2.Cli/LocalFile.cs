namespace Transformer2.Cli;

/// <summary>Files of the user.</summary>
internal static class LocalFile
{
    /// <summary>Reads a file of at most a number of bytes, whatever kind of file it is.</summary>
    /// <exception cref="InputException">It is larger.</exception>
    public static async Task<byte[]> ReadAsync(string path, int maxBytes, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
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
