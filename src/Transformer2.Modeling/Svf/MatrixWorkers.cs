using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Transformer2.Modeling.Svf;

/// <summary>
/// Works on several matrices at once. A singular value decomposition alone keeps few cores busy, so the cores are shared out among
/// matrices. Threads of its own, because libtorch keeps its settings per thread.
/// </summary>
internal static class MatrixWorkers
{
    private const int MostByDefault = 4;

    /// <summary>How many matrices at once when nobody says: as many as torch has threads, but no more than memory is likely to bear.</summary>
    public static int DefaultDegree => Math.Clamp(torch.get_num_threads(), 1, MostByDefault);

    /// <summary>Runs the work for every matrix; the first exception stops it and is thrown.</summary>
    /// <param name="matrices">The matrices.</param>
    /// <param name="degree">Most at once; with 1 the calling thread does it.</param>
    /// <param name="work">Done on several threads.</param>
    /// <param name="done">Called on the calling thread after each matrix.</param>
    /// <param name="cancellationToken">Stops after the matrices in work.</param>
    public static void Run(
        IReadOnlyList<ProjectionMatrix> matrices, int degree, Action<ProjectionMatrix> work, Action<ProjectionMatrix> done, CancellationToken cancellationToken)
    {
        degree = Math.Min(degree, matrices.Count);
        if (degree <= 1)
        {
            foreach (var matrix in matrices)
            {
                cancellationToken.ThrowIfCancellationRequested();
                work(matrix);
                done(matrix);
            }

            return;
        }

        var threads = torch.get_num_threads();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Bounded, so that the work is never far ahead of what was reported, and a stop leaves little done unseen.
        using var finished = new BlockingCollection<ProjectionMatrix>(degree);
        var waiting = new ConcurrentQueue<ProjectionMatrix>(matrices);
        ExceptionDispatchInfo? fault = null;
        var left = degree;
        Thread[] workers = [.. Enumerable.Range(0, degree).Select(index => new Thread(Work) { Name = $"svd {index}", IsBackground = true })];
        foreach (var worker in workers) worker.Start();
        try
        {
            foreach (var matrix in finished.GetConsumingEnumerable(CancellationToken.None)) done(matrix);
        }
        finally
        {
            stop.Cancel();
            foreach (var _ in finished.GetConsumingEnumerable(CancellationToken.None)) { } // lets those go that wait to report
            foreach (var worker in workers) worker.Join();
            torch.set_num_threads(threads); // partly global: a worker's choice would meet threads to come
        }

        fault?.Throw();
        cancellationToken.ThrowIfCancellationRequested();

        void Work()
        {
            try
            {
                torch.set_num_threads(Math.Max(1, threads / degree));
                while (!stop.IsCancellationRequested && waiting.TryDequeue(out var matrix))
                {
                    work(matrix);
                    finished.Add(matrix, CancellationToken.None);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(e), null);
                stop.Cancel();
            }
            finally
            {
                if (Interlocked.Decrement(ref left) == 0) finished.CompleteAdding();
            }
        }
    }
}
