using System.Runtime.ExceptionServices;

namespace Transformer2.Kernels.Threads;

/// <summary>
/// Threads that share the chunks of one job at a time. The caller takes chunks too and waits only for chunks that were begun, so a worker that gets no
/// processor (a busy neighbour) delays it by one chunk at most, and a pool of one thread has no worker at all.
/// </summary>
/// <remarks>Running a job allocates nothing. One thread at a time may call <see cref="Run"/>.</remarks>
public sealed class WorkerPool : IDisposable
{
    // About 50 microseconds: what lies between two jobs of a step, and little enough for others on the machine.
    private const int SpinsBeforeSleep = 1000;
    private const int SpinsBeforeYield = 500;

    private readonly Lock _ownership = new();
    private readonly object _bed = new();
    private readonly Thread[] _workers;
    private IChunkedWork? _work;
    private Exception? _failure;

    // Number of the job (high half) and how many of its chunks nobody has taken (low half): in one word, so that a worker that comes late can not take a
    // chunk of a job that it has not seen.
    private long _open;
    private int _unfinished;
    private int _sleepers;
    private volatile bool _stopped;

    /// <summary>Starts the threads.</summary>
    /// <param name="threads">Threads in all, the caller's among them, at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _workers = new Thread[threads - 1];
        for (var index = 0; index < _workers.Length; index++)
        {
            var number = index + 1;
            _workers[index] = new Thread(() => Serve(number)) { IsBackground = true, Name = $"kernels {number}" };
            _workers[index].Start();
        }
    }

    /// <summary>Threads that take part in a job, the caller's among them.</summary>
    public int Threads => _workers.Length + 1;

    /// <summary>Does all chunks of a job and returns when they are done.</summary>
    /// <param name="work">The job.</param>
    /// <param name="chunks">Number of chunks; at 0 nothing is done.</param>
    /// <param name="shared">False for a job that takes less time than to hand part of it over: the caller does it all.</param>
    /// <exception cref="InvalidOperationException">A job is running.</exception>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    /// <remarks>What a chunk throws is thrown here, the first one of several; chunks not begun by then are dropped.</remarks>
    public void Run(IChunkedWork work, int chunks, bool shared = true)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentOutOfRangeException.ThrowIfNegative(chunks);
        ObjectDisposedException.ThrowIf(_stopped, this);
        if (_ownership.IsHeldByCurrentThread || !_ownership.TryEnter())
        {
            throw new InvalidOperationException("A pool runs one job at a time.");
        }

        try
        {
            if (_workers.Length == 0 || chunks <= 1 || !shared)
            {
                for (var chunk = chunks - 1; chunk >= 0; chunk--)
                {
                    work.Run(chunk, 0);
                }

                return;
            }

            Share(work, chunks);
        }
        finally
        {
            _ownership.Exit();
        }
    }

    /// <summary>Ends the threads, after the job that is running.</summary>
    public void Dispose()
    {
        lock (_ownership)
        {
            _stopped = true;
            lock (_bed)
            {
                Monitor.PulseAll(_bed);
            }
        }

        foreach (var worker in _workers)
        {
            worker.Join();
        }
    }

    private void Share(IChunkedWork work, int chunks)
    {
        _work = work;
        _failure = null;
        Volatile.Write(ref _unfinished, chunks);
        var job = (int)(_open >> 32) + 1;
        // A full fence: either a worker on its way to bed sees the job, or it is seen as a sleeper here.
        Interlocked.Exchange(ref _open, ((long)job << 32) | (uint)chunks);
        if (Volatile.Read(ref _sleepers) != 0)
        {
            lock (_bed)
            {
                Monitor.PulseAll(_bed);
            }
        }

        Take(0);
        for (var spins = 0; Volatile.Read(ref _unfinished) != 0; spins++)
        {
            if (spins < SpinsBeforeYield)
            {
                Thread.SpinWait(2);
            }
            else
            {
                Thread.Yield();
            }
        }

        _work = null;
        if (_failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // Does open chunks until there are none; the last chunk is taken first.
    private void Take(int thread)
    {
        while (true)
        {
            var open = Volatile.Read(ref _open);
            var left = (int)open;
            if (left == 0)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _open, open - 1, open) != open)
            {
                continue;
            }

            try
            {
                if (Volatile.Read(ref _failure) is null)
                {
                    _work!.Run(left - 1, thread);
                }
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to the caller of Run.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref _failure, failure, null);
            }

            Interlocked.Decrement(ref _unfinished);
        }
    }

    private void Serve(int thread)
    {
        var spins = 0;
        while (!_stopped)
        {
            if ((int)Volatile.Read(ref _open) != 0)
            {
                Take(thread);
                spins = 0;
            }
            else if (spins++ < SpinsBeforeSleep)
            {
                Thread.SpinWait(2);
            }
            else
            {
                Sleep();
                spins = 0;
            }
        }
    }

    private void Sleep()
    {
        lock (_bed)
        {
            Interlocked.Increment(ref _sleepers);
            while ((int)Volatile.Read(ref _open) == 0 && !_stopped)
            {
                Monitor.Wait(_bed);
            }

            Interlocked.Decrement(ref _sleepers);
        }
    }
}
