using System.Runtime.InteropServices;

namespace Transformer2.Storage;

/// <summary>Keeps a server's files from other users of its machine, whatever its folder lets through.</summary>
public static partial class PrivateFiles
{
    private const uint GroupAndOthers = 0b111_111;

    /// <summary>
    /// From here on, the process creates files and folders that their owner alone can open. For the process as a whole: no file is forgotten,
    /// whoever writes it.
    /// </summary>
    public static void CreateFromNowOn()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask(GroupAndOthers);
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);
}
