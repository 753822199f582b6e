using Transformer2.Experts;
using Transformer2.Kernels.Sparse;
using Transformer2.Kernels.Weights;

namespace Transformer2.Engine;

/// <summary>
/// An expert in the machine's memory. For a factored matrix it holds sigma * z, for a sparse one the directions in which z is not one and
/// sigma * (z - 1) of these. A merged copy holds matrices of its own in place of the factored ones.
/// </summary>
internal sealed unsafe class SimdExpert : ResidentExpert
{
    private readonly Matrix[] _matrices;
    private readonly ExpertMemory _memory;
    private readonly MergedWeights? _merged;

    /// <param name="vector">The expert.</param>
    /// <param name="projections">All matrices of the model.</param>
    /// <param name="planner">Chooses the forms.</param>
    /// <param name="merged">The merged copies of all matrices that would be factored, owned from now on; null has none.</param>
    /// <param name="allocate">Where its memory comes from; null is the system.</param>
    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    public SimdExpert(
        ExpertVector vector, SimdProjections projections, FormPlanner planner, MergedWeights? merged = null, Func<long, ExpertMemory>? allocate = null)
        : base(vector)
    {
        _merged = merged;
        _matrices = new Matrix[projections.All.Count];
        var bytes = 0L;
        foreach (var (name, z) in vector.Multipliers)
        {
            if (projections.Find(name) is not { } place || projections.All[place].Factors is not { } factors || factors.Rank != z.Length)
                throw new EngineException(EngineError.InvalidMixture, $"The expert does not fit the model at {name}.");
            var changed = CountChanged(z.Span);
            var form = planner.Choose(factors, changed);
            if (form == ExpertForm.Factored)
            {
                Merging = Merging.With(projections.All[place].Weights, factors.Rank);
                if (merged is not null) form = ExpertForm.Merged;
            }

            _matrices[place] = new Matrix { Form = form, Count = changed, Start = bytes };
            bytes += form switch
            {
                ExpertForm.Factored => ExpertMemory.Aligned(factors.Rank * sizeof(float)),
                ExpertForm.Delta => ExpertMemory.Aligned(changed * sizeof(float)) + ExpertMemory.Aligned(changed * sizeof(int)),
                _ => 0,
            };
        }

        _memory = allocate?.Invoke(bytes) ?? new ExpertMemory(bytes);
        foreach (var (name, z) in vector.Multipliers)
        {
            var place = projections.Find(name)!.Value;
            Fill(_matrices[place], z.Span, projections.All[place].Factors!.Sigma.Span);
        }
    }

    /// <summary>What a merged copy of it takes and what its rows cost with one and without.</summary>
    public MergingSize Merging { get; }

    /// <summary>Whether it is a merged copy.</summary>
    public bool IsMerged => _merged is not null;

    /// <summary>What a merged copy would have saved lately. A merged copy shares it with the expert that it was made of.</summary>
    public ExpertHeat Heat { get; init; } = new();

    public override string FormKey => IsMerged ? $"{base.FormKey}/merged" : base.FormKey;

    /// <summary>How the expert changes a matrix, by its place among all.</summary>
    public ExpertForm FormOf(int projection) => _matrices[projection].Form;

    /// <summary>sigma * z of a factored matrix, [rank].</summary>
    public float* Multipliers(int projection) => (float*)(_memory.Start + _matrices[projection].Start);

    /// <summary>A merged matrix, [out, in].</summary>
    public WeightMatrix Merged(int projection) => _merged![projection];

    /// <summary>The changed directions of a sparse matrix, with sigma * (z - 1).</summary>
    public SparseRow Directions(int projection)
    {
        ref readonly var matrix = ref _matrices[projection];
        return new SparseRow { Coefficients = Coefficients(matrix), Indices = Indices(matrix), Count = matrix.Count };
    }

    public override void Dispose()
    {
        _memory.Dispose();
        _merged?.Dispose();
    }

    private static int CountChanged(ReadOnlySpan<float> z)
    {
        var changed = 0;
        foreach (var value in z)
        {
            if (value != 1) changed++;
        }

        return changed;
    }

    private float* Coefficients(in Matrix matrix) => (float*)(_memory.Start + matrix.Start);

    private int* Indices(in Matrix matrix) => (int*)(_memory.Start + matrix.Start + ExpertMemory.Aligned(matrix.Count * sizeof(float)));

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
