using System.Runtime.CompilerServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>Products with weights of one format on one instruction set.</summary>
internal abstract unsafe class FormatKernel
{
    /// <summary>Inputs of a block: what a packed row is padded to a multiple of.</summary>
    public abstract int BlockInputs { get; }

    /// <summary>Rows of the largest tile.</summary>
    public abstract int TileRows { get; }

    /// <summary>Whether packed inputs are interleaved; formats that agree can share them.</summary>
    public abstract bool Interleaved { get; }

    /// <summary>Packs the rows of a tile: for each block of inputs its two vectors of each row, zeros behind the last input.</summary>
    /// <param name="input">The first row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="rows">Rows of the tile.</param>
    /// <param name="inputs">Inputs of a row.</param>
    /// <param name="panel">Where to: rows x (inputs, padded) floats.</param>
    public abstract void Pack(float* input, long stride, int rows, int inputs, float* panel);

    /// <summary>Computes some rows of some outputs.</summary>
    /// <param name="job">The product; the counts of blocks and the tail are filled in here.</param>
    /// <param name="packed">The packed rows of the product.</param>
    /// <param name="tiles">How its rows are cut into tiles.</param>
    /// <param name="firstTile">First tile to compute.</param>
    /// <param name="endTile">Behind the last tile.</param>
    /// <param name="inputs">Inputs of a row.</param>
    /// <param name="output">First output, a multiple of four.</param>
    /// <param name="end">Behind the last output.</param>
    public abstract void Run(TileJob job, float* packed, RowTiles tiles, int firstTile, int endTile, int inputs, int output, int end);
}

/// <inheritdoc/>
internal sealed unsafe class FormatKernel<TSimd, TVector, TFormat> : FormatKernel
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
    where TFormat : struct, IWeightFormat<TVector>
{
    // Of any instruction set and format.
    private const int MaxBlockInputs = 32;
    private const int MaxTileRows = 6;
    private const int MaxBlockBytes = MaxBlockInputs * sizeof(float);

    public override int BlockInputs => 2 * TSimd.Width;

    public override int TileRows => TSimd.TileRows;

    public override bool Interleaved => TFormat.Interleaved;

    private static int BlockBytes => 2 * TSimd.Width * TFormat.Size;

    public override void Pack(float* input, long stride, int rows, int inputs, float* panel)
    {
        for (var row = 0; row < rows; row++)
        {
            PackRow(input + (row * stride), inputs, panel + (row * BlockInputs), rows * BlockInputs);
        }
    }

    public override void Run(TileJob job, float* packed, RowTiles tiles, int firstTile, int endTile, int inputs, int output, int end)
    {
        job.Blocks = inputs / BlockInputs;
        job.TailBytes = inputs % BlockInputs * TFormat.Size;
        var padded = RowTiles.Padded(inputs, BlockInputs);
        var tails = stackalloc byte[TileJob.Outputs * MaxBlockBytes];
        var sums = stackalloc float[MaxTileRows * TileJob.Outputs];
        var single = tiles.Rows == 1;
        for (; output < end; output += TileJob.Outputs)
        {
            var valid = Math.Min(TileJob.Outputs, end - output);
            if (job.TailBytes != 0)
            {
                CopyTails(&job, output, valid, tails);
            }

            if (single)
            {
                SingleRow<TSimd, TVector, TFormat>.Run(&job, packed, tails, output, valid, sums);
                job.Store(sums, 0, 1, output, valid);
                continue;
            }

            for (var tile = firstTile; tile < endTile; tile++)
            {
                var (row, height) = (tiles.First(tile), tiles.Height(tile));
                RunTile(height, &job, packed + (row * padded), tails, output, valid, sums);
                job.Store(sums, row, height, output, valid);
            }
        }
    }

    private static void RunTile(int rows, TileJob* job, float* panel, byte* tails, long output, int valid, float* sums)
    {
        switch (rows)
        {
            case 1: RegisterTile<TSimd, TVector, TFormat>.Run<Rows1>(job, panel, tails, output, valid, sums); break;
            case 2: RegisterTile<TSimd, TVector, TFormat>.Run<Rows2>(job, panel, tails, output, valid, sums); break;
            case 3: RegisterTile<TSimd, TVector, TFormat>.Run<Rows3>(job, panel, tails, output, valid, sums); break;
            case 4: RegisterTile<TSimd, TVector, TFormat>.Run<Rows4>(job, panel, tails, output, valid, sums); break;
            case 5: RegisterTile<TSimd, TVector, TFormat>.Run<Rows5>(job, panel, tails, output, valid, sums); break;
            default: RegisterTile<TSimd, TVector, TFormat>.Run<Rows6>(job, panel, tails, output, valid, sums); break;
        }
    }

    // Behind the last weight of a row lies another row, or memory that is not ours.
    private static void CopyTails(TileJob* job, long output, int valid, byte* tails)
    {
        for (var index = 0; index < TileJob.Outputs; index++)
        {
            var block = new Span<byte>(tails + (index * BlockBytes), BlockBytes);
            var last = job->Weights + ((output + Math.Min(index, valid - 1)) * job->RowBytes) + ((long)job->Blocks * BlockBytes);
            new ReadOnlySpan<byte>(last, job->TailBytes).CopyTo(block);
            block[job->TailBytes..].Clear();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRow(float* input, int inputs, float* to, int step)
    {
        var block = 2 * TSimd.Width;
        for (; inputs >= block; inputs -= block)
        {
            PackBlock(input, to);
            input += block;
            to += step;
        }

        if (inputs > 0)
        {
            var last = stackalloc float[MaxBlockInputs];
            for (var index = 0; index < block; index++)
            {
                last[index] = index < inputs ? input[index] : 0;
            }

            PackBlock(last, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackBlock(float* input, float* to)
    {
        TSimd.Store(TFormat.Interleaved ? TSimd.LoadEven(input) : TSimd.Load(input), to);
        TSimd.Store(TFormat.Interleaved ? TSimd.LoadOdd(input) : TSimd.Load(input + TSimd.Width), to + TSimd.Width);
    }
}
