using System.Runtime.InteropServices;
using Transformer2.Experts;
using Transformer2.Kernels.Sparse;

namespace Transformer2.Engine;

/// <summary>
/// An expert in the machine's memory. For a factored matrix it holds sigma * z, for a sparse one the directions in which z is not one and
/// sigma * (z - 1) of these.
/// </summary>
internal sealed unsafe class SimdExpert : ResidentExpert
{
    private const int Alignment = 64;
    private readonly Matrix[] _matrices;
    private readonly byte* _memory;

    /// <param name="vector">The expert.</param>
    /// <param name="projections">All matrices of the model.</param>
    /// <param name="planner">Chooses the forms.</param>
    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    public SimdExpert(ExpertVector vector, SimdProjections projections, FormPlanner planner)
        : base(vector)
    {
        _matrices = new Matrix[projections.All.Count];
        var bytes = 0L;
        foreach (var (name, z) in vector.Multipliers)
        {
            if (projections.Find(name) is not { } place || projections.All[place].Factors is not { } factors || factors.Rank != z.Length)
                throw new EngineException(EngineError.InvalidMixture, $"The expert does not fit the model at {name}.");
            var changed = CountChanged(z.Span);
            _matrices[place] = new Matrix { Form = planner.Choose(factors, changed), Count = changed, Start = bytes };
            bytes += _matrices[place].Form switch
            {
                ExpertForm.Factored => Aligned(factors.Rank * sizeof(float)),
                ExpertForm.Delta => Aligned(changed * sizeof(float)) + Aligned(changed * sizeof(int)),
                _ => 0,
            };
        }

        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, Alignment), Alignment);
        foreach (var (name, z) in vector.Multipliers)
        {
            var place = projections.Find(name)!.Value;
            Fill(_matrices[place], z.Span, projections.All[place].Factors!.Sigma.Span);
        }
    }

    /// <summary>How the expert changes a matrix, by its place among all.</summary>
    public ExpertForm FormOf(int projection) => _matrices[projection].Form;

    /// <summary>sigma * z of a factored matrix, [rank].</summary>
    public float* Multipliers(int projection) => (float*)(_memory + _matrices[projection].Start);

    /// <summary>The changed directions of a sparse matrix, with sigma * (z - 1).</summary>
    public SparseRow Directions(int projection)
    {
        ref readonly var matrix = ref _matrices[projection];
        return new SparseRow { Coefficients = Coefficients(matrix), Indices = Indices(matrix), Count = matrix.Count };
    }

    public override void Dispose() => NativeMemory.AlignedFree(_memory);

    private static int CountChanged(ReadOnlySpan<float> z)
    {
        var changed = 0;
        foreach (var value in z)
        {
            if (value != 1) changed++;
        }

        return changed;
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private float* Coefficients(in Matrix matrix) => (float*)(_memory + matrix.Start);

    private int* Indices(in Matrix matrix) => (int*)(_memory + matrix.Start + Aligned(matrix.Count * sizeof(float)));

    private void Fill(in Matrix matrix, ReadOnlySpan<float> z, ReadOnlySpan<float> sigma)
    {
        switch (matrix.Form)
        {
            case ExpertForm.Factored:
                for (var i = 0; i < z.Length; i++) Coefficients(matrix)[i] = sigma[i] * z[i];
                break;
            case ExpertForm.Delta:
                for (int i = 0, next = 0; i < z.Length; i++)
                {
                    if (z[i] == 1) continue;
                    Coefficients(matrix)[next] = sigma[i] * (z[i] - 1);
                    Indices(matrix)[next++] = i;
                }

                break;
        }
    }

    private struct Matrix
    {
        public ExpertForm Form;
        public int Count; // directions in which z is not one
        public long Start;
    }
}
