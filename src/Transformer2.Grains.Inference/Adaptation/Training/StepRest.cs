using System.Diagnostics;
using Transformer2.Engine;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Rests between two steps while others have requests, as long as the step took but not for ever: caches and memory, which no priority divides, are the
/// others' then, and the training still goes on.
/// </summary>
/// <param name="engine">Tells who has requests.</param>
internal sealed class StepRest(IInferenceEngine engine)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    private long _begin = Stopwatch.GetTimestamp();

    /// <summary>Rests. None of the training's own requests may be under way.</summary>
    public void Rest(CancellationToken cancellationToken)
    {
        var step = Stopwatch.GetElapsedTime(_begin);
        var rest = step < Longest ? step : Longest;
        for (var begin = Stopwatch.GetTimestamp(); engine.Status.RunningSequences > 0 && Stopwatch.GetElapsedTime(begin) < rest;)
        {
            if (cancellationToken.WaitHandle.WaitOne(Look))
                break;
        }

        _begin = Stopwatch.GetTimestamp();
    }
}
