using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Transformer2.Engine;

/// <summary>A few numbers at an address that stays: norms, biases, rotations.</summary>
internal sealed unsafe class PinnedFloats
{
    private readonly float[] _values;

    /// <param name="tensor">Of any number type and shape.</param>
    public PinnedFloats(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var source = tensor.to_type(ScalarType.Float32).cpu().contiguous();
        _values = GC.AllocateUninitializedArray<float>(checked((int)source.numel()), pinned: true);
        source.data<float>().CopyTo(_values, 0);
    }

    public int Length => _values.Length;

    public ReadOnlySpan<float> Span => _values;

    /// <summary>The first number; valid while this object lives.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref _values[0]);
}
