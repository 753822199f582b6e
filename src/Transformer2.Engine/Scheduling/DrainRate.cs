namespace Transformer2.Engine;

/// <summary>How fast requests leave the queue for a row while some wait: what a refused client is told to wait.</summary>
internal sealed class DrainRate(TimeProvider time)
{
    private const double Smoothing = 0.1;
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(1);
    private long _last = time.GetTimestamp();
    private double _seconds; // between two that leave

    /// <summary>The queue was empty, and is no longer: time in which nobody waited says nothing.</summary>
    public void Began() => _last = time.GetTimestamp();

    /// <summary>A request left.</summary>
    public void Left()
    {
        var now = time.GetTimestamp();
        _seconds += Smoothing * (time.GetElapsedTime(_last, now).TotalSeconds - _seconds);
        _last = now;
    }

    /// <summary>Estimated time until so many have left: 1 s to 1 min.</summary>
    public TimeSpan TimeFor(int requests) => TimeSpan.FromSeconds(Math.Clamp(_seconds * requests, 1, Most.TotalSeconds));
}
