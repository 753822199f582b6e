using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Sparse;

/// <summary>
/// Adds to each row of a batch the directions that it selects itself: y[row, :] += sum over j of c[row][j] (v[i, :] . x[row, :]) u[i, :] with
/// i = indices[row][j]. Bits of a row do not depend on other rows, nor on threads.
/// </summary>
/// <remarks>In the steady state nothing is allocated. An object serves one caller at a time.</remarks>
public sealed unsafe class SparseProducts : IDisposable
{
    private const int DirectionsPerChunk = 16;
    private const int ColumnsPerChunk = 512;

    private readonly KernelSet _kernels;
    private readonly WorkerPool _pool;
    private readonly NativeScratch<float> _packed = new();
    private readonly NativeScratch<float> _dots = new();
    private readonly NativeScratch<SparseRow> _rows = new();
    private readonly DotJob _dotJob;
    private readonly SumJob _sumJob;
    private Call _call;

    /// <summary>Prepares to run products.</summary>
    /// <param name="kernels">The kernels to use.</param>
    /// <param name="pool">Threads, shared; not disposed here.</param>
    public SparseProducts(KernelSet kernels, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(pool);
        _kernels = kernels;
        _pool = pool;
        _dotJob = new DotJob(this);
        _sumJob = new SumJob(this);
    }

    /// <summary>Adds the selected directions.</summary>
    /// <param name="v">V transposed, [rank, inputs].</param>
    /// <param name="u">U transposed, [rank, outputs].</param>
    /// <param name="input">x, rows of v.Inputs floats.</param>
    /// <param name="inputStride">Floats from one row of the input to the next.</param>
    /// <param name="output">y, rows of u.Inputs floats.</param>
    /// <param name="outputStride">Floats from one row of the output to the next.</param>
    /// <param name="rows">What each row selects.</param>
    /// <exception cref="ArgumentException">The ranks differ, or an index is not below them.</exception>
    public void Add(
        in WeightMatrix v, in WeightMatrix u, float* input, long inputStride, float* output, long outputStride, ReadOnlySpan<SparseRow> rows)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var most = Check(v, u, rows);
        if (most == 0)
        {
            return;
        }

        var kernel = _kernels.Products(v.Type);
        var padded = RowTiles.Padded(v.Inputs, kernel.BlockInputs);
        var chosen = _rows.Need(rows.Length);
        rows.CopyTo(new Span<SparseRow>(chosen, rows.Length));
        _call = new Call
        {
            V = v,
            U = u,
            Output = output,
            OutputStride = outputStride,
            Rows = chosen,
            Most = most,
            Padded = padded,
            Packed = _packed.Need(rows.Length * padded),
            Dots = _dots.Need((long)rows.Length * most),
            DotChunks = (most + DirectionsPerChunk - 1) / DirectionsPerChunk,
            SumChunks = (u.Inputs + ColumnsPerChunk - 1) / ColumnsPerChunk,
        };
        for (var row = 0; row < rows.Length; row++)
        {
            kernel.Pack(input + (row * inputStride), inputStride, 1, v.Inputs, _call.Packed + (row * padded));
        }

        _pool.Run(_dotJob, rows.Length * _call.DotChunks);
        _pool.Run(_sumJob, rows.Length * _call.SumChunks);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _dots.Dispose();
        _rows.Dispose();
    }

    private static int Check(in WeightMatrix v, in WeightMatrix u, ReadOnlySpan<SparseRow> rows)
    {
        if (v.Outputs != u.Outputs)
        {
            throw new ArgumentException($"V has rank {v.Outputs}, U {u.Outputs}.", nameof(u));
        }

        var most = 0;
        foreach (var row in rows)
        {
            most = Math.Max(most, row.Count);
            for (var index = 0; index < row.Count; index++)
            {
                if ((uint)row.Indices[index] >= (uint)v.Outputs)
                {
                    throw new ArgumentException($"Direction {row.Indices[index]} is not below the rank {v.Outputs}.", nameof(rows));
                }
            }
        }

        return most;
    }

    private struct Call
    {
        public WeightMatrix V;
        public WeightMatrix U;
        public float* Output;
        public long OutputStride;
        public SparseRow* Rows;
        public int Most;
        public long Padded;
        public float* Packed;
        public float* Dots;
        public int DotChunks;
        public int SumChunks;
    }

    private sealed class DotJob(SparseProducts owner) : IChunkedWork
    {
        public void Run(int chunk, int thread)
        {
            ref var call = ref owner._call;
            var (row, part) = Math.DivRem(chunk, call.DotChunks);
            var first = part * DirectionsPerChunk;
            var selected = call.Rows[row];
            var count = Math.Min(DirectionsPerChunk, selected.Count - first);
            if (count > 0)
            {
                owner._kernels.Products(call.V.Type).Dots(
                    call.V, call.Packed + (row * call.Padded), selected.Indices + first, selected.Coefficients + first, count,
                    call.Dots + ((long)row * call.Most) + first);
            }
        }
    }

    private sealed class SumJob(SparseProducts owner) : IChunkedWork
    {
        public void Run(int chunk, int thread)
        {
            ref var call = ref owner._call;
            var (row, part) = Math.DivRem(chunk, call.SumChunks);
            var first = part * ColumnsPerChunk;
            owner._kernels.Products(call.U.Type).AddRows(
                call.U, call.Rows[row].Indices, call.Dots + ((long)row * call.Most), call.Rows[row].Count,
                call.Output + (row * call.OutputStride), first, Math.Min(first + ColumnsPerChunk, call.U.Inputs));
        }
    }
}
