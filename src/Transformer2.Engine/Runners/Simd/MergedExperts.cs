using Microsoft.Extensions.Logging;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>Makes a merged copy of an expert, on a thread of its own.</summary>
/// <param name="expert">The expert; its memory may be gone by then.</param>
/// <param name="cancellation">The engine ends.</param>
internal delegate SimdExpert MergeExpert(SimdExpert expert, CancellationToken cancellation);

/// <summary>
/// The merged copies of hot experts within a budget of memory. Used by the model thread, which never waits: copies are made, and cleared when they go, on
/// another thread, one after the other. A copy is for sequences that are admitted when it is there; those that run keep the form that they began with. It goes
/// when a hotter expert needs its place, or when it costs more than it saves, and only once nobody uses it.
/// </summary>
/// <param name="hot">Says which experts are worth a copy.</param>
/// <param name="merge">Makes one.</param>
/// <param name="budget">Bytes that copies may take together, the one in the making included.</param>
/// <param name="logger">Is told of copies that come and go.</param>
internal sealed class MergedExperts(HotExperts hot, MergeExpert merge, long budget, ILogger logger) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, SimdExpert> _copies = []; // for new sequences, by the experts' digests
    private readonly List<SimdExpert> _leaving = []; // still used by sequences that began with them
    private Task _work = Task.CompletedTask;
    private SimdExpert? _merging; // the expert that a copy is being made of
    private Made? _made;

    /// <summary>Copies that are there for new sequences.</summary>
    public int Count => _copies.Count;

    /// <summary>Bytes of all copies, of those that are still used and of the one in the making.</summary>
    public long Bytes { get; private set; }

    /// <summary>The copy of an expert, if there is one for new sequences.</summary>
    public SimdExpert? Find(ExpertVector vector)
    {
        TakeOver();
        return _copies.GetValueOrDefault(vector.Digest);
    }

    /// <summary>Looks at what a step computes, and decides what there should be copies of. In the steady state nothing is allocated.</summary>
    public void Observe(IReadOnlyList<Piece> pieces)
    {
        TakeOver();
        var hottest = hot.Observe(pieces);
        DropWhatCosts();
        FreeUnused();
        if (hottest is not null && _merging is null && !_copies.ContainsKey(hottest.Vector.Digest) && TryMakeRoom(hottest)) Begin(hottest);
    }

    /// <summary>Ends the work that is being done and frees all copies: nobody uses one any more.</summary>
    public void Dispose()
    {
        if (_ending.IsCancellationRequested) return;
        _ending.Cancel();
        _work.Wait();
        TakeOver();
        foreach (var copy in _copies.Values.Concat(_leaving)) copy.Dispose();
        _ending.Dispose();
    }

    private void Begin(SimdExpert expert)
    {
        _merging = expert;
        Bytes += expert.Merging.Bytes;
        Enqueue(() => Volatile.Write(ref _made, Make(expert)));
    }

    private Made Make(SimdExpert expert)
    {
        try
        {
            return new Made(merge(expert, _ending.Token), null);
        }
        catch (Exception e)
        {
            return new Made(null, e);
        }
    }

    private void TakeOver()
    {
        if (_merging is not { } expert || Interlocked.Exchange(ref _made, null) is not { } made) return;
        _merging = null;
        if (made.Copy is { } copy)
        {
            _copies.Add(copy.Vector.Digest, copy);
            EngineLog.Merged(logger, copy.Vector.Digest, copy.Merging.Bytes >> 20);
            return;
        }

        // It is served in the form that it has.
        Bytes -= expert.Merging.Bytes;
        expert.Heat.IsHopeless = true;
        if (made.Error is not OperationCanceledException) EngineLog.MergingFailed(logger, made.Error!, expert.Vector.Digest);
    }

    private void DropWhatCosts()
    {
        foreach (var copy in _copies.Values)
        {
            if (hot.Heat(copy) >= 0) continue;
            Drop(copy);
            return; // the next one in the next step: the dictionary has changed
        }
    }

    // Copies that are much colder give way, the coldest first, but only if that is enough; those that are used need their memory for a while.
    private bool TryMakeRoom(SimdExpert expert)
    {
        var room = budget - Bytes;
        foreach (var copy in _leaving) room += copy.Merging.Bytes;
        var possible = room;
        foreach (var copy in _copies.Values) possible += GivesWay(copy, expert) ? copy.Merging.Bytes : 0;
        if (possible < expert.Merging.Bytes) return false;
        while (room < expert.Merging.Bytes)
        {
            var coldest = Coldest();
            room += coldest.Merging.Bytes;
            Drop(coldest);
        }

        FreeUnused();
        return budget - Bytes >= expert.Merging.Bytes;
    }

    private bool GivesWay(SimdExpert copy, SimdExpert to) => hot.Heat(copy) * HotExperts.Margin < hot.Heat(to);

    private SimdExpert Coldest()
    {
        SimdExpert? coldest = null;
        foreach (var copy in _copies.Values)
        {
            if (coldest is null || hot.Heat(copy) < hot.Heat(coldest)) coldest = copy;
        }

        return coldest!;
    }

    private void Drop(SimdExpert copy)
    {
        _copies.Remove(copy.Vector.Digest);
        _leaving.Add(copy);
        EngineLog.MergedDropped(logger, copy.Vector.Digest);
    }

    private void FreeUnused()
    {
        for (var i = _leaving.Count - 1; i >= 0; i--)
        {
            var copy = _leaving[i];
            if (copy.Users > 0) continue;
            _leaving.RemoveAt(i);
            // What is begun from now on comes after it, and finds its memory free.
            Bytes -= copy.Merging.Bytes;
            Enqueue(copy.Dispose);
        }
    }

    private void Enqueue(Action work) =>
        _work = _work.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default);

    private sealed record Made(SimdExpert? Copy, Exception? Error);
}
