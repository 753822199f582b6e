using System.Numerics;
using System.Runtime.InteropServices;

namespace Transformer2.Experts;

/// <summary>Exact conversions of stored elements; the format and all hosts that .NET runs on here are little-endian.</summary>
public static class TensorConversion
{
    /// <summary>Widens F32, F16 or BF16 elements to single precision, bit for bit (also infinities, NaN and subnormals).</summary>
    /// <param name="dtype">Type of the source.</param>
    /// <param name="source">The stored bytes.</param>
    /// <param name="destination">As many floats as the source has elements.</param>
    /// <exception cref="SafetensorsException">Another element type.</exception>
    public static void ToSingles(SafetensorsDType dtype, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (dtype is not (SafetensorsDType.F32 or SafetensorsDType.F16 or SafetensorsDType.BF16))
        {
            throw new SafetensorsException(SafetensorsReason.DType, $"F32, F16 or BF16 is needed, not {dtype}.");
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(source.Length * 8L, (long)destination.Length * dtype.BitSize(), nameof(destination));
        switch (dtype)
        {
            case SafetensorsDType.F32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case SafetensorsDType.F16:
                WidenHalf(source, destination);
                break;
            default:
                WidenBrain(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<float, uint>(destination));
                break;
        }
    }

    /// <summary>Whether <see cref="ToSingles"/> takes this type.</summary>
    public static bool IsWidenable(SafetensorsDType dtype) =>
        dtype is SafetensorsDType.F32 or SafetensorsDType.F16 or SafetensorsDType.BF16;

    private static void WidenHalf(ReadOnlySpan<byte> source, Span<float> destination)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(source);
        for (var i = 0; i < halves.Length; i++)
        {
            destination[i] = (float)halves[i];
        }
    }

    // A bfloat16 is the upper half of the single.
    private static void WidenBrain(ReadOnlySpan<ushort> source, Span<uint> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            (low << 16).CopyTo(destination[i..]);
            (high << 16).CopyTo(destination[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            destination[i] = (uint)source[i] << 16;
        }
    }
}
