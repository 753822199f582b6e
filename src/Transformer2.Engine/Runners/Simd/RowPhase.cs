using Transformer2.Kernels.Threads;

namespace Transformer2.Engine;

/// <summary>Something that is computed of each row for itself; many rows are shared among the threads.</summary>
/// <param name="pool">The threads.</param>
/// <param name="rowsPerChunk">Rows that are worth handing to another thread.</param>
internal abstract class RowPhase(WorkerPool pool, int rowsPerChunk = 8) : IChunkedWork
{
    private int _count;

    /// <inheritdoc/>
    public void Run(int chunk, int thread)
    {
        var end = Math.Min(_count, (chunk + 1) * rowsPerChunk);
        for (var row = chunk * rowsPerChunk; row < end; row++) Compute(row);
    }

    protected abstract void Compute(int row);

    protected void ForEach(int rows)
    {
        _count = rows;
        pool.Run(this, (rows + rowsPerChunk - 1) / rowsPerChunk);
    }
}
