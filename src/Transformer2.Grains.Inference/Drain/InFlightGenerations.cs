using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Counts the generations that run, so that a node can finish them before it stops. Orleans itself waits for calls, not for streams.
/// </summary>
public sealed class InFlightGenerations
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _draining;

    /// <summary>Begins a generation; disposing the result ends it.</summary>
    /// <exception cref="PlatformException"><see cref="ErrorReason.Draining"/>.</exception>
    public IDisposable Enter()
    {
        lock (_gate)
        {
            if (_draining)
                throw new PlatformException(ErrorReason.Draining, "The server is stopping; repeat the request.");
            _count++;
        }

        return new Generation(this);
    }

    /// <summary>Takes no new generations, and waits for those that run.</summary>
    public Task Drain(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _draining = true;
            if (_count == 0)
                _idle.TrySetResult();
        }

        return _idle.Task.WaitAsync(cancellationToken);
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_count == 0 && _draining)
                _idle.TrySetResult();
        }
    }

    private sealed class Generation(InFlightGenerations owner) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                owner.Leave();
        }
    }
}
