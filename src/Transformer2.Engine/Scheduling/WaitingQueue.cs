namespace Transformer2.Engine;

/// <summary>
/// The requests that wait for a row: higher priorities first, then the tenant that has had least, then first come first served. Any thread
/// adds, the model thread takes. Bounded: when it is full, a tenant that has more waiting than the newcomer's gives up its last place.
/// </summary>
internal sealed class WaitingQueue(int capacity, TimeProvider time)
{
    // A client that was refused comes back when this part of those that wait has gone: not for the first place, for which all would race.
    private const int Crowd = 4;

    private readonly object _gate = new();
    private readonly SortedDictionary<RequestPriority, Dictionary<string, LinkedList<Sequence>>> _classes = [];
    private readonly Dictionary<string, int> _work = []; // requests of each tenant, waiting or running
    private readonly FairShares _shares = new();
    private readonly DrainRate _rate = new(time);
    private int _count;
    private bool _closed;

    /// <summary>Requests that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _count;
        }
    }

    /// <summary>Puts a request in, and others behind it as long as there is room; those for which there is none end as cancelled.</summary>
    /// <exception cref="EngineException">Too many wait, or the queue is closed.</exception>
    public void Add(Sequence sequence, params IReadOnlyList<Sequence> along)
    {
        Sequence? displaced = null;
        var added = 0;
        lock (_gate)
        {
            if (_closed) throw new EngineException(EngineError.Unavailable, "The engine is not running.");
            if (_count >= capacity) displaced = TakeFromLongest(sequence.Request.Tenant) ?? throw Overloaded();
            Join(sequence).AddLast(sequence);
            for (; added < along.Count && _count < capacity; added++) Join(along[added]).AddLast(along[added]);
        }

        displaced?.Fail(Overloaded());
        foreach (var left in along.Skip(added)) left.Fail(null);
    }

    /// <summary>
    /// Puts in the other answers of a request that has begun. They go before all that wait of their tenant and class, and however many wait,
    /// because their request was let in.
    /// </summary>
    /// <returns>False when the queue is closed.</returns>
    public bool TryAddBegun(IReadOnlyList<Sequence> siblings)
    {
        lock (_gate)
        {
            if (_closed) return false;
            foreach (var sequence in siblings.Reverse()) Join(sequence).AddFirst(sequence);
            return true;
        }
    }

    /// <summary>The request that is next, if there is one; it stays.</summary>
    public Sequence? Peek()
    {
        lock (_gate) return NextLine()?.First!.Value;
    }

    /// <summary>Takes out a request that was peeked at.</summary>
    /// <returns>False when it is no longer there: the queue was closed, or it had to give its place up.</returns>
    public bool TryTake(Sequence sequence)
    {
        lock (_gate)
        {
            if (!Remove(sequence)) return false;
            if (sequence.Index == 0) _rate.Left();
            return true;
        }
    }

    /// <summary>A request that was taken has ended.</summary>
    public void Ended(Sequence sequence)
    {
        lock (_gate) Leave(sequence.Request.Tenant);
    }

    /// <summary>A tenant was served.</summary>
    public void Charge(Sequence sequence, double tokens)
    {
        lock (_gate) _shares.Charge(sequence.Request.Tenant, tokens, sequence.Request.Weight);
    }

    /// <summary>Takes out every request that matches, wherever it stands.</summary>
    public IReadOnlyList<Sequence> TakeAll(Func<Sequence, bool> match)
    {
        lock (_gate)
        {
            if (_count == 0) return [];
            Sequence[] taken = [.. All().Where(match)];
            foreach (var sequence in taken)
            {
                Remove(sequence);
                Leave(sequence.Request.Tenant);
            }

            return taken;
        }
    }

    /// <summary>Whether work goes on.</summary>
    /// <param name="wait">Blocks while the queue is empty and open.</param>
    /// <returns>False when the queue is closed.</returns>
    public bool IsOpen(bool wait)
    {
        lock (_gate)
        {
            while (wait && !_closed && _count == 0) Monitor.Wait(_gate);
            return !_closed;
        }
    }

    /// <summary>Takes no more requests from now on.</summary>
    /// <returns>Those that still waited.</returns>
    public IReadOnlyList<Sequence> Close()
    {
        lock (_gate)
        {
            Sequence[] rest = [.. All()];
            _classes.Clear();
            _count = 0;
            _closed = true;
            Monitor.PulseAll(_gate);
            return rest;
        }
    }

    private EngineException Overloaded() =>
        new(EngineError.Overloaded, $"{capacity} requests are waiting already.") { RetryAfter = _rate.TimeFor(Math.Max(1, capacity / Crowd)) };

    private IEnumerable<Sequence> All() => _classes.Values.SelectMany(tenants => tenants.Values).SelectMany(line => line);

    private LinkedList<Sequence>? NextLine()
    {
        foreach (var tenants in _classes.Values)
        {
            var best = tenants.MinBy(entry => _shares.Of(entry.Key)).Value;
            if (best is not null) return best;
        }

        return null;
    }

    // The line for a sequence that comes in.
    private LinkedList<Sequence> Join(Sequence sequence)
    {
        var tenant = sequence.Request.Tenant;
        if (_work.TryAdd(tenant, 0)) _shares.Join(tenant, _work.Keys);
        _work[tenant]++;
        if (_count++ == 0) _rate.Began();
        Monitor.PulseAll(_gate);
        if (!_classes.TryGetValue(sequence.Request.Priority, out var tenants)) _classes.Add(sequence.Request.Priority, tenants = []);
        if (!tenants.TryGetValue(tenant, out var line)) tenants.Add(tenant, line = new());
        return line;
    }

    // Longest queue drop (McKenney, INFOCOM 1990): a flood costs the tenant that makes it. What has begun stays.
    private Sequence? TakeFromLongest(string newcomer)
    {
        Sequence[] candidates = [.. All().Where(sequence => sequence.Index == 0)];
        if (candidates.Length == 0) return null;
        var waiting = candidates.CountBy(sequence => sequence.Request.Tenant).ToDictionary();
        var longest = waiting.MaxBy(entry => entry.Value);
        if (longest.Key == newcomer || longest.Value <= waiting.GetValueOrDefault(newcomer) + 1) return null;
        var last = candidates.Last(sequence => sequence.Request.Tenant == longest.Key);
        Remove(last);
        Leave(longest.Key);
        return last;
    }

    private bool Remove(Sequence sequence)
    {
        if (!_classes.TryGetValue(sequence.Request.Priority, out var tenants)
            || !tenants.TryGetValue(sequence.Request.Tenant, out var line)
            || !line.Remove(sequence))
        {
            return false;
        }

        _count--;
        if (line.Count == 0) tenants.Remove(sequence.Request.Tenant);
        if (tenants.Count == 0) _classes.Remove(sequence.Request.Priority);
        return true;
    }

    private void Leave(string tenant)
    {
        if (_work.TryGetValue(tenant, out var work) && work <= 1) _work.Remove(tenant);
        else if (work > 1) _work[tenant] = work - 1;
    }
}
