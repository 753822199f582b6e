using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>How a running job tells its grain how far it is.</summary>
/// <param name="job">The grain.</param>
/// <param name="turn">The run's turn.</param>
/// <param name="time">The clock.</param>
/// <param name="ended">Cancelled once the turn is over otherwise.</param>
public sealed class AdaptationReport(IAdaptationRunGrain job, long turn, TimeProvider time, CancellationTokenSource ended)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _last = time.GetTimestamp();

    /// <summary>Keeps how far the job is.</summary>
    /// <exception cref="OperationCanceledException">The turn is over.</exception>
    public async Task Advance(AdaptationAdvance advance)
    {
        if (!await job.Advance(turn, advance))
            await ended.CancelAsync();
        ended.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Shows how far the job is between two of those, unless that was a moment ago. For any thread.</summary>
    /// <param name="progress">Part that is done.</param>
    /// <param name="training">What is new of a training; asked for only when it is shown.</param>
    public void Show(double progress, Func<TrainingNews>? training = null)
    {
        var last = Interlocked.Read(ref _last);
        if (time.GetElapsedTime(last) >= Interval && Interlocked.CompareExchange(ref _last, time.GetTimestamp(), last) == last)
            _ = job.Report(turn, progress, training?.Invoke());
    }
}
