using System.Globalization;

namespace Transformer2.Benchmarks;

/// <summary>
/// Memory of this process as Linux counts it: resident pages of all kinds, also those of mapped files, although the page cache shares them.
/// The strictest way to count: a file that stays mapped and touched costs its whole size.
/// </summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>Forgets the peak so far.</summary>
    /// <returns>Resident bytes now, from which the new peak starts.</returns>
    public static long Reset()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Read("VmRSS:");
    }

    /// <summary>Resident bytes now, garbage left out.</summary>
    public static long Resident()
    {
        GC.Collect();
        return Read("VmRSS:");
    }

    /// <summary>Most resident bytes since the last reset.</summary>
    public static long Peak() => Read("VmHWM:");

    private static long Read(string field)
    {
        var line = File.ReadLines(Status).Single(line => line.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10; // in KiB
    }
}
