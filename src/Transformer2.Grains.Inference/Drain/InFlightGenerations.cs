using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Counts the generations that run, so that a node can finish them before it stops. Orleans itself waits for calls, not for streams.
/// </summary>
public sealed class InFlightGenerations
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private bool draining;

    /// <summary>Begins a generation; disposing the result ends it.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.Draining"/>.</exception>
    public IDisposable Enter()
    {
        lock (gate)
        {
            if (draining)
                throw new PlatformException(ErrorReason.Draining, "The server is stopping; repeat the request.");
            count++;
        }

        return new Generation(this);
    }

    /// <summary>Takes no new generations, and waits for those that run.</summary>
    public Task Drain(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            draining = true;
            if (count == 0)
                idle.TrySetResult();
        }

        return idle.Task.WaitAsync(cancellationToken);
    }

    private void Leave()
    {
        lock (gate)
        {
            if (--count == 0 && draining)
                idle.TrySetResult();
        }
    }

    private sealed class Generation(InFlightGenerations owner) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                owner.Leave();
        }
    }
}
