namespace Transformer2.Experts;

/// <summary>Names the format of a file that was taken for safetensors, by its magic bytes. Asked only once a file has failed.</summary>
internal static class ForeignFormat
{
    private const int TarMagicOffset = 257;

    /// <summary>A name for people, or null when the bytes look like nothing known.</summary>
    /// <param name="start">The first bytes of the file, at least eight.</param>
    public static string? Recognise(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("PK\u0003\u0004"u8) || start.StartsWith("PK\u0005\u0006"u8))
        {
            return "a zip archive (PyTorch .pt and NumPy .npz are such)";
        }

        // Eight bytes 80 0x 00 00 00 00 00 00 are the length of a header of a few hundred bytes, not a pickle.
        if (start[0] == 0x80 && start[1] is >= 2 and <= 5 && start[2..8].ContainsAnyExcept((byte)0))
        {
            return "a Python pickle";
        }

        if (start.StartsWith("GGUF"u8) || start.StartsWith("ggml"u8) || start.StartsWith("GGJT"u8))
        {
            return "a GGUF or GGML file";
        }

        if (start[1..].StartsWith("NUMPY"u8) && start[0] == 0x93)
        {
            return "a NumPy array";
        }

        if (start[1..].StartsWith("HDF"u8) && start[0] == 0x89)
        {
            return "an HDF5 file";
        }

        if (start[0] == 0x1f && start[1] == 0x8b)
        {
            return "a gzip file";
        }

        if (start.StartsWith("\u007fELF"u8))
        {
            return "a program";
        }

        return start.Length >= TarMagicOffset + 5 && start[TarMagicOffset..].StartsWith("ustar"u8) ? "a tar archive" : null;
    }
}
