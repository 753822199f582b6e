namespace Transformer2.Engine;

/// <summary>The requests that wait for a row, first come first served. Any thread adds, the model thread takes.</summary>
internal sealed class WaitingQueue(int capacity)
{
    private readonly object _gate = new();
    private readonly LinkedList<Sequence> _sequences = new();
    private bool _closed;

    /// <summary>Requests that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _sequences.Count;
        }
    }

    /// <summary>Puts a request at the end.</summary>
    /// <exception cref="EngineException">Too many wait, or the queue is closed.</exception>
    public void Add(Sequence sequence)
    {
        lock (_gate)
        {
            if (_closed) throw new EngineException(EngineError.Unavailable, "The engine is not running.");
            if (_sequences.Count >= capacity) throw new EngineException(EngineError.Overloaded, $"{capacity} requests are waiting already.");
            _sequences.AddLast(sequence);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes the first request, if there is one.</summary>
    public Sequence? Take()
    {
        lock (_gate)
        {
            if (_sequences.First is not { } first) return null;
            _sequences.RemoveFirst();
            return first.Value;
        }
    }

    /// <summary>Takes out every request that nobody waits for any more, wherever it stands.</summary>
    public IReadOnlyList<Sequence> TakeCancelled()
    {
        var cancelled = new List<Sequence>();
        lock (_gate)
        {
            for (var node = _sequences.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.IsCancelled)
                {
                    cancelled.Add(node.Value);
                    _sequences.Remove(node);
                }

                node = next;
            }
        }

        return cancelled;
    }

    /// <summary>Whether work goes on.</summary>
    /// <param name="wait">Blocks while the queue is empty and open.</param>
    /// <returns>False when the queue is closed.</returns>
    public bool IsOpen(bool wait)
    {
        lock (_gate)
        {
            while (wait && !_closed && _sequences.Count == 0) Monitor.Wait(_gate);
            return !_closed;
        }
    }

    /// <summary>Takes no more requests from now on.</summary>
    /// <returns>Those that still waited.</returns>
    public IReadOnlyList<Sequence> Close()
    {
        lock (_gate)
        {
            Sequence[] rest = [.. _sequences];
            _sequences.Clear();
            _closed = true;
            Monitor.PulseAll(_gate);
            return rest;
        }
    }
}
