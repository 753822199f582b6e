namespace Transformer2.Benchmarks;

/// <summary>
/// Counts what the engine's model thread allocates. It is the engine's clock: an engine looks at it in every step, on that thread, and only a
/// thread itself can tell its own allocations.
/// </summary>
internal sealed class ModelThreadMeter : TimeProvider
{
    private const string ModelThread = "model";

    private long _bytes;

    /// <summary>Managed bytes that the thread had allocated when it last looked.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name == ModelThread) Interlocked.Exchange(ref _bytes, GC.GetAllocatedBytesForCurrentThread());
        return base.GetTimestamp();
    }
}
