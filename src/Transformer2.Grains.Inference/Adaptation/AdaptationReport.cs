using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>How a running job tells its grain how far it is.</summary>
/// <param name="job">The grain.</param>
/// <param name="time">The clock.</param>
/// <param name="ended">Cancelled once the job has ended otherwise.</param>
public sealed class AdaptationReport(IAdaptationRunGrain job, TimeProvider time, CancellationTokenSource ended)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last = time.GetTimestamp();

    /// <summary>Keeps how far the job is.</summary>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public async Task Advance(AdaptationAdvance advance)
    {
        if (!await job.Advance(advance))
            await ended.CancelAsync();
        ended.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Shows how far the job is between two of those, unless that was a moment ago. For any thread.</summary>
    public void Show(double progress)
    {
        var last = Interlocked.Read(ref _last);
        if (time.GetElapsedTime(last) >= Interval && Interlocked.CompareExchange(ref _last, time.GetTimestamp(), last) == last)
            _ = job.Report(progress);
    }
}
