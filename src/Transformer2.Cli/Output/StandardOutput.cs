using System.Runtime.InteropServices;

namespace Transformer2.Cli;

/// <summary>The process's standard output.</summary>
internal static partial class StandardOutput
{
    private const int Handle = 1;
    private const short Error = 0x8, HangUp = 0x10;

    /// <summary>
    /// Whether nobody will read what is written: the runtime's console drops output to a closed pipe without a word, and a command
    /// whose input never ends would never end either. Always false on Windows.
    /// </summary>
    public static bool IsClosed()
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        var output = new PollEntry { Handle = Handle };
        return Poll(ref output, 1, timeout: 0) > 0 && (output.Found & (Error | HangUp)) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeout);

    // struct pollfd of POSIX.
    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Handle;
        public short Wanted;
        public short Found;
    }
}
