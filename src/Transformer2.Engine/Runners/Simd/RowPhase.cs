using Transformer2.Kernels.Threads;

namespace Transformer2.Engine;

/// <summary>Something that is computed of each row for itself; many rows are shared among the threads.</summary>
internal abstract class RowPhase(WorkerPool pool) : IChunkedWork
{
    private const int RowsPerChunk = 8;
    private int _count;

    /// <inheritdoc/>
    public void Run(int chunk, int thread)
    {
        var end = Math.Min(_count, (chunk + 1) * RowsPerChunk);
        for (var row = chunk * RowsPerChunk; row < end; row++) Compute(row);
    }

    protected abstract void Compute(int row);

    protected void ForEach(int rows)
    {
        _count = rows;
        pool.Run(this, (rows + RowsPerChunk - 1) / RowsPerChunk);
    }
}
