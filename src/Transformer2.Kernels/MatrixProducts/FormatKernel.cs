using System.Runtime.CompilerServices;
using Transformer2.Kernels.Sparse;
using Transformer2.Kernels.Vectors;
using Transformer2.Kernels.Weights;

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

    /// <summary>Products of one packed row with chosen rows of a matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="packed">The packed row.</param>
    /// <param name="rows">Which rows of the matrix.</param>
    /// <param name="multipliers">One for each result, or null.</param>
    /// <param name="count">How many.</param>
    /// <param name="results">Where to.</param>
    public abstract void Dots(in WeightMatrix matrix, float* packed, int* rows, float* multipliers, int count, float* results);

    /// <summary>Adds chosen rows of a matrix, each times a coefficient, to a row.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="rows">Which of its rows.</param>
    /// <param name="coefficients">One for each.</param>
    /// <param name="count">How many.</param>
    /// <param name="target">The row that is added to.</param>
    /// <param name="first">First column to compute.</param>
    /// <param name="end">Behind the last column.</param>
    public abstract void AddRows(in WeightMatrix matrix, int* rows, float* coefficients, int count, float* target, int first, int end);
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
        CountBlocks(&job, inputs);
        var padded = RowTiles.Padded(inputs, BlockInputs);
        var tails = stackalloc byte[TileJob.Outputs * MaxBlockBytes];
        var sums = stackalloc float[MaxTileRows * TileJob.Outputs];
        var weights = stackalloc byte*[TileJob.Outputs];
        for (; output < end; output += TileJob.Outputs)
        {
            var valid = Math.Min(TileJob.Outputs, end - output);
            for (var index = 0; index < TileJob.Outputs; index++)
            {
                // The last output stands in for those that do not exist.
                weights[index] = job.Weights + ((output + Math.Min(index, valid - 1)) * job.RowBytes);
            }

            CopyTails(&job, weights, tails);
            for (var tile = firstTile; tile < endTile; tile++)
            {
                var (row, height) = (tiles.First(tile), tiles.Height(tile));
                RunTile(height, tiles.Rows == 1, &job, packed + (row * padded), weights, tails, sums);
                job.Store(sums, row, height, output, valid);
            }
        }
    }

    public override void Dots(in WeightMatrix matrix, float* packed, int* rows, float* multipliers, int count, float* results)
    {
        var job = new TileJob { RowBytes = matrix.RowBytes };
        CountBlocks(&job, matrix.Inputs);
        var tails = stackalloc byte[TileJob.Outputs * MaxBlockBytes];
        var sums = stackalloc float[TileJob.Outputs];
        var weights = stackalloc byte*[TileJob.Outputs];
        for (var first = 0; first < count; first += TileJob.Outputs)
        {
            var valid = Math.Min(TileJob.Outputs, count - first);
            for (var index = 0; index < TileJob.Outputs; index++)
            {
                weights[index] = matrix.Row(rows[first + Math.Min(index, valid - 1)]);
            }

            CopyTails(&job, weights, tails);
            SingleRow<TSimd, TVector, TFormat>.Run(&job, packed, weights, tails, sums);
            for (var index = 0; index < valid; index++)
            {
                var sum = sums[index];
                sum = matrix.Scales == null ? sum : sum * matrix.Scales[rows[first + index]];
                results[first + index] = multipliers == null ? sum : sum * multipliers[first + index];
            }
        }
    }

    public override void AddRows(in WeightMatrix matrix, int* rows, float* coefficients, int count, float* target, int first, int end) =>
        WeightedRows<TSimd, TVector, TFormat>.Run(matrix, rows, coefficients, count, target, first, end);

    private static void RunTile(int height, bool alone, TileJob* job, float* panel, byte** weights, byte* tails, float* sums)
    {
        switch (height)
        {
            case 1 when alone: SingleRow<TSimd, TVector, TFormat>.Run(job, panel, weights, tails, sums); break;
            case 1: RegisterTile<TSimd, TVector, TFormat>.Run<Rows1>(job, panel, weights, tails, sums); break;
            case 2: RegisterTile<TSimd, TVector, TFormat>.Run<Rows2>(job, panel, weights, tails, sums); break;
            case 3: RegisterTile<TSimd, TVector, TFormat>.Run<Rows3>(job, panel, weights, tails, sums); break;
            case 4: RegisterTile<TSimd, TVector, TFormat>.Run<Rows4>(job, panel, weights, tails, sums); break;
            case 5: RegisterTile<TSimd, TVector, TFormat>.Run<Rows5>(job, panel, weights, tails, sums); break;
            default: RegisterTile<TSimd, TVector, TFormat>.Run<Rows6>(job, panel, weights, tails, sums); break;
        }
    }

    private void CountBlocks(TileJob* job, int inputs)
    {
        job->Blocks = inputs / BlockInputs;
        job->TailBytes = inputs % BlockInputs * TFormat.Size;
    }

    // Behind the last weight of a row lies another row, or memory that is not ours.
    private static void CopyTails(TileJob* job, byte** weights, byte* tails)
    {
        if (job->TailBytes == 0)
        {
            return;
        }

        for (var index = 0; index < TileJob.Outputs; index++)
        {
            var block = new Span<byte>(tails + (index * BlockBytes), BlockBytes);
            new ReadOnlySpan<byte>(weights[index] + ((long)job->Blocks * BlockBytes), job->TailBytes).CopyTo(block);
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
