using System.Runtime.InteropServices;

namespace Transformer2.Tokenization;

/// <summary>
/// Counts the processor time of the thread that asks, so that a busy machine is not taken for a slow text; where the system does not tell it, time as it passes.
/// Only differences on the same thread mean something.
/// </summary>
internal sealed partial class ThreadClock : TimeProvider
{
    private const int ThreadProcessorTime = 3;
    private const long NanosecondsPerSecond = 1_000_000_000;

    public static ThreadClock Instance { get; } = new();

    public override long TimestampFrequency => OperatingSystem.IsLinux() ? NanosecondsPerSecond : base.TimestampFrequency;

    public override long GetTimestamp()
    {
        if (!OperatingSystem.IsLinux()) return base.GetTimestamp();
        var time = default(Time);
        return GetTime(ThreadProcessorTime, ref time) == 0 ? (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds : 0;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, ref Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
