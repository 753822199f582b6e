using System.Diagnostics;
using System.Runtime.InteropServices;
using Transformer2.Kernels;
using Transformer2.Kernels.MatrixProducts;
using Transformer2.Kernels.Sparse;
using Transformer2.Kernels.Threads;

namespace Transformer2.Engine;

/// <summary>
/// Chooses the form in which an expert changes a matrix. By operations, k directions of its own cost a row k (in + out), and the factored form costs
/// rank^2 more than the dense one; how much dearer an operation on scattered directions is was measured on this machine.
/// </summary>
/// <param name="scatter">Cost of an operation on scattered directions, relative to one of a product.</param>
/// <param name="rows">What products cost by their rows; null where no merged copies are wanted.</param>
internal sealed class FormPlanner(double scatter, RowCosts? rows = null)
{
    // Coarse, so that a busy moment at the start does not change the forms, and with them the rounding.
    private static readonly double[] Steps = [1, 2, 4, 8, 16, 32];

    // In a whole step directions cost more than the probe sees: of 16 rows of a 135M model in bfloat16 with 5 % of z changed about five times as much.
    private const double InAStep = 5;

    /// <summary>Cost of an operation on scattered directions, relative to one of a product.</summary>
    public double Scatter => scatter;

    /// <summary>Measures on some of the model's own matrices, in a few milliseconds.</summary>
    /// <param name="projections">All matrices.</param>
    /// <param name="kernels">What computes.</param>
    /// <param name="pool">On which threads.</param>
    /// <param name="merging">Whether there may be merged copies.</param>
    public static FormPlanner Measure(SimdProjections projections, KernelSet kernels, WorkerPool pool, bool merging)
    {
        var all = projections.All.Select(projection => projection.Factors).OfType<SimdFactors>().ToArray();
        if (all.MaxBy(factors => factors.Rank) is not { } largest) return new FormPlanner(Steps[0]);
        using var probe = new FormProbe([.. all.Where(factors => FormProbe.AreAlike(factors, largest))], kernels, pool);
        var rows = merging ? new RowCosts([.. RowCosts.Rows.Select(probe.Seconds)]) : null;
        if (largest.Directions is null) return new FormPlanner(Steps[0], rows);
        var measured = probe.Scatter() * InAStep;
        return new FormPlanner(Steps.MinBy(step => Math.Abs(Math.Log(measured / step))), rows);
    }

    /// <summary>The form for a matrix.</summary>
    /// <param name="factors">The matrix.</param>
    /// <param name="changed">Directions in which z is not one.</param>
    public ExpertForm Choose(SimdFactors factors, int changed)
    {
        if (changed == 0) return ExpertForm.Base;
        var most = (double)factors.Rank * factors.Rank / (factors.U.Outputs + factors.Vh.Inputs) / scatter;
        return factors.Directions is not null && changed < most ? ExpertForm.Delta : ExpertForm.Factored;
    }

    /// <summary>
    /// What a merged copy of an expert saves in a step; negative where it costs. The copy has in x out weights to read where the factors have rank (in + out).
    /// But the factors are read once for the rows of all experts, and the copy for its own rows only.
    /// </summary>
    /// <param name="expert">The expert's matrices.</param>
    /// <param name="own">Rows that would take the copy.</param>
    /// <param name="others">Rows of other experts.</param>
    public double Saving(in MergingSize expert, int own, int others) =>
        rows is null ? 0 : ((rows.Of(own + others) - rows.Of(others)) * expert.Factored) - (rows.Of(own) * expert.Dense);

    /// <summary>What it costs to make a merged copy, in the measure of <see cref="Saving"/>: all cores would be busy for so long.</summary>
    public double CostOfMerging(in MergingSize expert) => rows is null ? double.PositiveInfinity : expert.Multiplications * rows.Multiplication;
}

/// <summary>
/// Compares the two forms' products on matrices of one shape, a different one each time: as in a step, none is in a cache when its turn comes.
/// </summary>
internal sealed unsafe class FormProbe : IDisposable
{
    private const int Rows = 16; // where products are at their best, and scattered directions gain nothing
    private const int Rounds = 9;
    private static readonly int MostRows = RowCosts.Rows.Max();

    private readonly SimdFactors[] _matrices;
    private readonly Products _products;
    private readonly SparseProducts _sparse;
    private readonly int _count;
    private readonly float* _input;
    private readonly float* _middle;
    private readonly float* _output;
    private readonly int* _indices;
    private readonly SparseRow[] _rows;
    private int _next;

    public FormProbe(SimdFactors[] matrices, KernelSet kernels, WorkerPool pool)
    {
        (_matrices, _products, _sparse) = (matrices, new Products(kernels, pool), new SparseProducts(kernels, pool));
        var factors = matrices[0];
        _count = Math.Max(1, factors.Rank / 16);
        _input = Zeroed(factors.Vh.Inputs);
        _middle = Zeroed(factors.Rank);
        _output = Zeroed(factors.U.Outputs);
        _indices = (int*)Zeroed(_count);
        _rows = new SparseRow[Rows];
        for (var row = 0; row < Rows; row++)
        {
            // Of every row its own, spread over the matrix.
            var indices = _indices + (row * _count);
            for (var i = 0; i < _count; i++) indices[i] = ((i * 16) + (row * 3)) % factors.Rank;
            _rows[row] = new SparseRow { Indices = indices, Coefficients = _middle, Count = _count };
        }
    }

    /// <summary>Whether two matrices have the same shape.</summary>
    public static bool AreAlike(SimdFactors one, SimdFactors other) =>
        one.Rank == other.Rank && one.U.Outputs == other.U.Outputs && one.Vh.Inputs == other.Vh.Inputs;

    /// <summary>Time of the factored form of so many rows.</summary>
    public double Seconds(int rows)
    {
        var seconds = new double[Rounds];
        for (var round = 0; round < Rounds; round++) seconds[round] = Time(() => RunProducts(rows));
        Array.Sort(seconds);
        return seconds[Rounds / 2];
    }

    /// <summary>Time per operation on scattered directions over that of a product.</summary>
    public double Scatter()
    {
        double[] products = new double[Rounds], sparse = new double[Rounds];
        for (var round = 0; round < Rounds; round++) (products[round], sparse[round]) = (Time(() => RunProducts(Rows)), Time(RunSparse));
        Array.Sort(products);
        Array.Sort(sparse);
        return sparse[Rounds / 2] / _count / (products[Rounds / 2] / _matrices[0].Rank);
    }

    public void Dispose()
    {
        _products.Dispose();
        _sparse.Dispose();
        NativeMemory.Free(_input);
        NativeMemory.Free(_middle);
        NativeMemory.Free(_output);
        NativeMemory.Free(_indices);
    }

    private static float* Zeroed(int width) => (float*)NativeMemory.AllocZeroed((nuint)MostRows * (nuint)width, sizeof(float));

    private static double Time(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private void RunProducts(int rows)
    {
        var factors = Next();
        int inputs = factors.Vh.Inputs, outputs = factors.U.Outputs, rank = factors.Rank;
        _products.Run(new Product { Weights = factors.Vh, Input = _input, InputStride = inputs, Output = _middle, OutputStride = rank }, rows);
        _products.Run(new Product { Weights = factors.U, Input = _middle, InputStride = rank, Output = _output, OutputStride = outputs }, rows);
    }

    private void RunSparse()
    {
        var factors = Next();
        _sparse.Add(factors.Vh, factors.Directions!.Value, _input, factors.Vh.Inputs, _output, factors.U.Outputs, _rows);
    }

    private SimdFactors Next() => _matrices[_next++ % _matrices.Length];
}
