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
internal sealed class FormPlanner(double scatter)
{
    // Coarse, so that a busy moment at the start does not change the forms, and with them the rounding.
    private static readonly double[] Steps = [1, 2, 4, 8, 16, 32];

    /// <summary>Cost of an operation on scattered directions, relative to one of a product.</summary>
    public double Scatter => scatter;

    /// <summary>Measures on one of the model's own matrices, in a few milliseconds.</summary>
    public static FormPlanner Measure(SimdProjections projections, KernelSet kernels, WorkerPool pool)
    {
        var sample = projections.All.Select(projection => projection.Factors).Where(factors => factors?.Directions is not null).MaxBy(factors => factors!.Rank);
        if (sample is null) return new FormPlanner(Steps[0]);
        using var probe = new FormProbe(sample, kernels, pool);
        var measured = probe.Scatter();
        return new FormPlanner(Steps.MinBy(step => Math.Abs(Math.Log(measured / step))));
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
}

/// <summary>Compares the two forms' products on a sample.</summary>
internal sealed unsafe class FormProbe : IDisposable
{
    private const int Rows = 16; // where products are at their best, and scattered directions gain nothing
    private const int Rounds = 9;

    private readonly SimdFactors _factors;
    private readonly Products _products;
    private readonly SparseProducts _sparse;
    private readonly int _count;
    private readonly float* _input;
    private readonly float* _middle;
    private readonly float* _output;
    private readonly int* _indices;
    private readonly SparseRow[] _rows;

    public FormProbe(SimdFactors factors, KernelSet kernels, WorkerPool pool)
    {
        (_factors, _products, _sparse) = (factors, new Products(kernels, pool), new SparseProducts(kernels, pool));
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

    /// <summary>Time per operation on scattered directions over that of a product.</summary>
    public double Scatter()
    {
        double[] products = new double[Rounds], sparse = new double[Rounds];
        for (var round = 0; round < Rounds; round++) (products[round], sparse[round]) = (Time(RunProducts), Time(RunSparse));
        Array.Sort(products);
        Array.Sort(sparse);
        return sparse[Rounds / 2] / _count / (products[Rounds / 2] / _factors.Rank);
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

    private static float* Zeroed(int width) => (float*)NativeMemory.AllocZeroed((nuint)(Rows * width), sizeof(float));

    private static double Time(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private void RunProducts()
    {
        int inputs = _factors.Vh.Inputs, outputs = _factors.U.Outputs, rank = _factors.Rank;
        _products.Run(new Product { Weights = _factors.Vh, Input = _input, InputStride = inputs, Output = _middle, OutputStride = rank }, Rows);
        _products.Run(new Product { Weights = _factors.U, Input = _middle, InputStride = rank, Output = _output, OutputStride = outputs }, Rows);
    }

    private void RunSparse() =>
        _sparse.Add(_factors.Vh, _factors.Directions!.Value, _input, _factors.Vh.Inputs, _output, _factors.U.Outputs, _rows);
}
