using System.Diagnostics;

namespace Transformer2.Benchmarks;

/// <summary>One piece of work, measured in a process of its own.</summary>
/// <param name="Seconds">Wall-clock time.</param>
/// <param name="PeakBytes">Most resident memory during the work, less what was resident before it.</param>
internal sealed record Measurement(double Seconds, long PeakBytes)
{
    /// <summary>Measures something in this process.</summary>
    public static Measurement Of(Action work)
    {
        var before = ProcessMemory.Reset();
        var watch = Stopwatch.StartNew();
        work();
        return new Measurement(watch.Elapsed.TotalSeconds, ProcessMemory.Peak() - before);
    }

    /// <summary>Median time and largest peak of several.</summary>
    public static Measurement Typical(IReadOnlyList<Measurement> all)
    {
        var seconds = all.Select(one => one.Seconds).Order().ToArray();
        return new Measurement((seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2, all.Max(one => one.PeakBytes));
    }
}
