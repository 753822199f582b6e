using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Training.Data;

/// <summary>Attention masks of rows that hold several texts.</summary>
internal static class SegmentMask
{
    /// <summary>A position sees itself and what stands before it in its own segment.</summary>
    /// <param name="segments">Int64 [rows, length]: which text each token belongs to.</param>
    /// <param name="visible">Boolean [rows, length, length]: what of it may be seen; null is all.</param>
    /// <returns>[rows, 1, length, length]: 0 or minus infinity.</returns>
    public static Tensor Of(Tensor segments, Tensor? visible = null)
    {
        using var scope = NewDisposeScope();
        var allowed = segments.unsqueeze(-1).eq(segments.unsqueeze(1)).tril(); // [rows, length, length]
        if (visible is not null) allowed = allowed.logical_and(visible);
        return zeros(allowed.shape).masked_fill_(allowed.logical_not(), Scalars.NegativeInfinity).unsqueeze(1).MoveToOuterDisposeScope();
    }
}
