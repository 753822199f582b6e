using System.Collections;
using System.Runtime.InteropServices;
using Transformer2.Experts;

namespace Transformer2.Engine;

/// <summary>An expert in the machine's memory: sigma * z of all matrices one after the other.</summary>
internal sealed unsafe class SimdExpert : ResidentExpert
{
    private const int Alignment = 64;
    private readonly float* _values;
    private readonly BitArray _adapted;

    /// <param name="vector">The expert.</param>
    /// <param name="projections">All matrices; their order is that of their multipliers.</param>
    /// <exception cref="EngineException">The expert does not fit the model.</exception>
    public SimdExpert(ExpertVector vector, SimdProjections projections)
        : base(vector, ExpertForm.Factored)
    {
        _adapted = new BitArray(projections.All.Count);
        foreach (var (matrix, multipliers) in vector.Multipliers)
        {
            if (projections.Find(matrix) is not { } index || projections.All[index].Factors is not { } factors || factors.Rank != multipliers.Length)
                throw new EngineException(EngineError.InvalidMixture, $"The expert does not fit the model at {matrix}.");
            _adapted[index] = true;
        }

        Bytes = (long)projections.Multipliers * sizeof(float);
        _values = (float*)NativeMemory.AlignedAlloc((nuint)Bytes, Alignment);
        foreach (var (matrix, multipliers) in vector.Multipliers)
        {
            var factors = projections.All[projections.Find(matrix)!.Value].Factors!;
            for (var i = 0; i < factors.Rank; i++) _values[factors.Start + i] = factors.Sigma.Span[i] * multipliers.Span[i];
        }
    }

    public override long Bytes { get; }

    /// <summary>Whether the expert changes a matrix, by its place among all.</summary>
    public bool Adapts(int projection) => _adapted[projection];

    /// <summary>sigma * z of a matrix, [rank].</summary>
    public float* Multipliers(SimdFactors factors) => _values + factors.Start;

    public override void Dispose() => NativeMemory.AlignedFree(_values);
}
