using Transformer2.Kernels.Threads;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>
/// Runs matrix products on a pool. Bits of a row of a result depend on that row of the input, the weights and the instruction set alone: not on other rows,
/// not on their number, not on threads.
/// </summary>
/// <remarks>In the steady state nothing is allocated. An object serves one caller at a time.</remarks>
public sealed unsafe class Products : IChunkedWork, IDisposable
{
    // A job with fewer multiplications takes less time than to wake somebody.
    private const long FewMultiplications = 60_000;

    // Packed rows that stay in a core's second-level cache while weights pass by.
    private const long CachedBytes = 640 << 10;

    // Floats of a job's inputs worth packing on several threads.
    private const long ManyInputs = 1 << 16;

    private const int ChunksPerThread = 8;

    private readonly KernelSet _kernels;
    private readonly WorkerPool _pool;
    private readonly NativeScratch<float> _packed = new();
    private readonly Packing _packing;
    private Part[] _parts = new Part[4];
    private int _count;
    private RowTiles _tiles;

    /// <summary>Prepares to run products.</summary>
    /// <param name="kernels">The kernels to use.</param>
    /// <param name="pool">Threads, which may be shared with others that run no job at the same time; not disposed here.</param>
    public Products(KernelSet kernels, WorkerPool pool)
    {
        ArgumentNullException.ThrowIfNull(kernels);
        ArgumentNullException.ThrowIfNull(pool);
        _kernels = kernels;
        _pool = pool;
        _packing = new Packing(this);
    }

    /// <summary>Runs one product.</summary>
    /// <param name="product">The product.</param>
    /// <param name="rows">Rows of its input and output; at 0 nothing is done.</param>
    public void Run(in Product product, int rows) => Run(new ReadOnlySpan<Product>(in product), rows);

    /// <summary>Runs products with the same number of rows as one job. Those that read the same input also share its preparation.</summary>
    /// <param name="products">The products; none reads what another writes.</param>
    /// <param name="rows">Rows of each input and output; at 0 nothing is done.</param>
    /// <exception cref="ArgumentException">A stride is too short.</exception>
    public void Run(ReadOnlySpan<Product> products, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (rows == 0 || products.IsEmpty)
        {
            return;
        }

        if (_parts.Length < products.Length)
        {
            _parts = new Part[products.Length];
        }

        _count = products.Length;
        _tiles = new RowTiles(rows, _kernels.Products(WeightType.F32).TileRows);
        long floats = 0, multiplications = 0;
        for (var index = 0; index < _count; index++)
        {
            floats += Prepare(index, products[index], floats);
            multiplications += (long)rows * products[index].Weights.Outputs * products[index].Weights.Inputs;
        }

        var packed = _packed.Need(floats);
        for (var index = 0; index < _count; index++)
        {
            _parts[index].Packed = packed + _parts[index].PackedOffset;
        }

        var alone = multiplications < FewMultiplications;
        _packing.Run(_pool, parallel: floats >= ManyInputs);
        var chunks = Cut(alone ? 1 : _pool.Threads * ChunksPerThread);
        _pool.Run(this, chunks, shared: !alone);
    }

    /// <inheritdoc/>
    public void Dispose() => _packed.Dispose();

    /// <inheritdoc/>
    void IChunkedWork.Run(int chunk, int thread)
    {
        var index = 0;
        while (chunk >= _parts[index].EndChunk)
        {
            index++;
        }

        ref var part = ref _parts[index];
        chunk -= index == 0 ? 0 : _parts[index - 1].EndChunk;
        var (rowBlock, outputBlock) = Math.DivRem(chunk, part.OutputBlocks);
        var firstTile = rowBlock * part.TilesPerBlock;
        var output = outputBlock * part.OutputsPerBlock;
        var weights = part.Product.Weights;
        var job = new TileJob
        {
            Weights = (byte*)weights.Data,
            RowBytes = weights.RowBytes,
            Output = part.Product.Output,
            OutputStride = part.Product.OutputStride,
            Scales = weights.Scales,
            Multipliers = part.Product.Multipliers,
            Accumulate = part.Product.Accumulate,
        };
        part.Kernel.Run(
            job, part.Packed, _tiles, firstTile, Math.Min(firstTile + part.TilesPerBlock, _tiles.Count), weights.Inputs,
            output, Math.Min(output + part.OutputsPerBlock, weights.Outputs));
    }

    // Floats that the packed input needs: none if an earlier part packs the same.
    private long Prepare(int index, in Product product, long offset)
    {
        ArgumentNullException.ThrowIfNull(product.Input);
        ArgumentNullException.ThrowIfNull(product.Output);
        ArgumentNullException.ThrowIfNull(product.Weights.Data);
        if (_tiles.Rows > 1 && (product.InputStride < product.Weights.Inputs || product.OutputStride < product.Weights.Outputs))
        {
            throw new ArgumentException("A stride is shorter than a row.", nameof(product));
        }

        ref var part = ref _parts[index];
        part = new Part { Product = product, Kernel = _kernels.Products(product.Weights.Type), PackedOffset = offset };
        for (var earlier = 0; earlier < index; earlier++)
        {
            ref var other = ref _parts[earlier];
            if (other.Product.Input == product.Input && other.Product.InputStride == product.InputStride
                && other.Product.Weights.Inputs == product.Weights.Inputs && other.Kernel.Interleaved == part.Kernel.Interleaved)
            {
                part.PackedOffset = other.PackedOffset;
                return 0;
            }
        }

        part.Packs = true;
        return _tiles.Rows * part.PaddedInputs;
    }

    // Cuts every part into blocks of rows that stay cached, and these into outputs; how many chunks there are.
    private int Cut(int wanted)
    {
        var end = 0;
        for (var index = 0; index < _count; index++)
        {
            ref var part = ref _parts[index];
            var outputs = part.Product.Weights.Outputs;
            var rowBlocks = (int)Math.Clamp(Math.Round((double)_tiles.Rows * part.PaddedInputs * sizeof(float) / CachedBytes), 1, _tiles.Count);
            part.TilesPerBlock = (_tiles.Count + rowBlocks - 1) / rowBlocks;
            rowBlocks = (_tiles.Count + part.TilesPerBlock - 1) / part.TilesPerBlock;
            var least = FewMultiplications / Math.Max(1, (long)part.Product.Weights.Inputs * _tiles.Rows / rowBlocks);
            var size = Math.Max((long)outputs * rowBlocks / wanted, least);
            part.OutputsPerBlock = (int)Math.Min((size / TileJob.Outputs * TileJob.Outputs) + TileJob.Outputs, outputs);
            part.OutputBlocks = (outputs + part.OutputsPerBlock - 1) / part.OutputsPerBlock;
            end += part.OutputBlocks * rowBlocks;
            part.EndChunk = end;
        }

        return end;
    }

    private struct Part
    {
        public Product Product;
        public FormatKernel Kernel;
        public bool Packs;
        public long PackedOffset;
        public float* Packed;
        public int TilesPerBlock;
        public int OutputsPerBlock;
        public int OutputBlocks;
        public int EndChunk;

        public readonly long PaddedInputs => RowTiles.Padded(Product.Weights.Inputs, Kernel.BlockInputs);
    }

    /// <summary>Packs all inputs of the job; a chunk is a tile of rows.</summary>
    private sealed class Packing(Products owner) : IChunkedWork
    {
        public void Run(WorkerPool pool, bool parallel)
        {
            pool.Run(this, owner._tiles.Count, parallel);
        }

        public void Run(int chunk, int thread)
        {
            var tiles = owner._tiles;
            var row = tiles.First(chunk);
            for (var index = 0; index < owner._count; index++)
            {
                ref var part = ref owner._parts[index];
                if (part.Packs)
                {
                    part.Kernel.Pack(
                        part.Product.Input + (row * part.Product.InputStride), part.Product.InputStride, tiles.Height(chunk),
                        part.Product.Weights.Inputs, part.Packed + (row * part.PaddedInputs));
                }
            }
        }
    }
}
