using System.Runtime.InteropServices;

namespace Transformer2.Experts;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name, unique in the file and not <c>__metadata__</c>.</param>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Extents, row-major; empty for a scalar.</param>
/// <param name="WriteBytes">
/// Writes exactly the bytes that type and shape ask for; called once, when its turn has come, so that nothing is held twice.
/// </param>
public sealed record TensorData(string Name, SafetensorsDType DType, IReadOnlyList<long> Shape, Action<Stream> WriteBytes)
{
    /// <summary>A tensor from raw little-endian bytes.</summary>
    public static TensorData Of(string name, SafetensorsDType dtype, IReadOnlyList<long> shape, ReadOnlyMemory<byte> bytes) =>
        new(name, dtype, shape, stream => stream.Write(bytes.Span));

    /// <summary>An F32 tensor; the shape defaults to one dimension.</summary>
    public static TensorData Of(string name, ReadOnlyMemory<float> values, params long[] shape) =>
        new(name, SafetensorsDType.F32, OrFlat(shape, values.Length), stream => stream.Write(MemoryMarshal.AsBytes(values.Span)));

    /// <summary>An I64 tensor; the shape defaults to one dimension.</summary>
    public static TensorData Of(string name, ReadOnlyMemory<long> values, params long[] shape) =>
        new(name, SafetensorsDType.I64, OrFlat(shape, values.Length), stream => stream.Write(MemoryMarshal.AsBytes(values.Span)));

    private static long[] OrFlat(long[] shape, int length) => shape.Length == 0 ? [length] : shape;
}
