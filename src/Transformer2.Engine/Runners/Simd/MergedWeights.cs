using Transformer2.Kernels.Weights;

namespace Transformer2.Engine;

/// <summary>The matrices of a merged copy, W' = U diag(sigma * z) V^T, in the number type of the base model's.</summary>
internal sealed unsafe class MergedWeights : IDisposable
{
    private readonly WeightMatrix[] _matrices;
    private readonly ExpertMemory _memory;

    /// <param name="projections">All matrices of the model.</param>
    /// <param name="merged">Places of those that are merged.</param>
    /// <param name="allocate">Where the memory comes from; null is the system.</param>
    public MergedWeights(SimdProjections projections, IReadOnlyList<int> merged, Func<long, ExpertMemory>? allocate = null)
    {
        _matrices = new WeightMatrix[projections.All.Count];
        var bytes = merged.Sum(place => BytesOf(projections.All[place].Weights));
        _memory = allocate?.Invoke(bytes) ?? new ExpertMemory(bytes);
        var next = _memory.Start;
        foreach (var place in merged)
        {
            var like = projections.All[place].Weights;
            var scales = like.Type == WeightType.Int8 ? (float*)(next + ExpertMemory.Aligned(like.RowBytes * like.Outputs)) : null;
            _matrices[place] = new WeightMatrix(next, like.Type, like.Outputs, like.Inputs, scales);
            next += BytesOf(like);
        }
    }

    /// <summary>A matrix by its place among all; only of those that are merged.</summary>
    public WeightMatrix this[int projection] => _matrices[projection];

    /// <summary>What a merged matrix takes that has the shape and type of this one.</summary>
    public static long BytesOf(in WeightMatrix like) =>
        ExpertMemory.Aligned(like.RowBytes * like.Outputs) + (like.Type == WeightType.Int8 ? ExpertMemory.Aligned((long)like.Outputs * sizeof(float)) : 0);

    public void Dispose() => _memory.Dispose();
}
