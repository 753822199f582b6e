using Transformer2.Kernels.Threads;

namespace Transformer2.Engine;

/// <summary>Something that is computed of each row for itself; many rows are shared among the threads.</summary>
/// <param name="pool">The threads.</param>
internal abstract class RowPhase(WorkerPool pool) : IChunkedWork
{
    // A few microseconds: less is done before another thread has heard of it.
    private const int NumbersPerChunk = 1 << 14;

    private int _count;
    private int _rowsPerChunk;

    /// <inheritdoc/>
    public void Run(int chunk, int thread)
    {
        var end = Math.Min(_count, (chunk + 1) * _rowsPerChunk);
        for (var row = chunk * _rowsPerChunk; row < end; row++) Compute(row);
    }

    protected abstract void Compute(int row);

    /// <param name="rows">How many.</param>
    /// <param name="numbers">What a row has to compute.</param>
    protected void ForEach(int rows, int numbers)
    {
        _count = rows;
        _rowsPerChunk = Math.Max(1, NumbersPerChunk / numbers);
        pool.Run(this, (rows + _rowsPerChunk - 1) / _rowsPerChunk);
    }
}
