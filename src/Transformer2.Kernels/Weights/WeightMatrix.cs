using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Transformer2.Kernels.Weights;

/// <summary>
/// A view of a weight matrix [outputs, inputs], row by row, in memory that somebody else owns and keeps (a mapped file, a buffer). The memory may start at
/// any address.
/// </summary>
public readonly unsafe struct WeightMatrix
{
    /// <summary>Describes a matrix.</summary>
    /// <param name="data">The first weight; outputs x inputs weights follow each other without gaps.</param>
    /// <param name="type">How a weight is stored.</param>
    /// <param name="outputs">Rows of the matrix, at least 1.</param>
    /// <param name="inputs">Columns of the matrix, at least 1.</param>
    /// <param name="scales">One scale for each output where <paramref name="type"/> is <see cref="WeightType.Int8"/>, else null.</param>
    /// <exception cref="ArgumentException">There are scales without int8 weights or the other way round.</exception>
    public WeightMatrix(void* data, WeightType type, int outputs, int inputs, float* scales = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        if ((type == WeightType.Int8) != (scales != null))
        {
            throw new ArgumentException("Scales belong to int8 weights, and these need them.", nameof(scales));
        }

        Data = data;
        Type = type;
        Outputs = outputs;
        Inputs = inputs;
        Scales = scales;
    }

    /// <summary>The first weight.</summary>
    public void* Data { get; }

    /// <summary>How a weight is stored.</summary>
    public WeightType Type { get; }

    /// <summary>Rows of the matrix.</summary>
    public int Outputs { get; }

    /// <summary>Columns of the matrix.</summary>
    public int Inputs { get; }

    /// <summary>One scale for each output of int8 weights, else null.</summary>
    public float* Scales { get; }

    /// <summary>Bytes of a weight.</summary>
    public int WeightBytes => Type switch { WeightType.F32 => sizeof(float), WeightType.BF16 => sizeof(ushort), _ => sizeof(sbyte) };

    /// <summary>Bytes of a row.</summary>
    public long RowBytes => (long)Inputs * WeightBytes;

    /// <summary>Copies a row as floats: how an embedding is looked up.</summary>
    /// <param name="output">Which, from 0.</param>
    /// <param name="target">Where to: Inputs floats.</param>
    /// <exception cref="ArgumentException">The target has another length.</exception>
    public void CopyRow(int output, Span<float> target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)output, (uint)Outputs, nameof(output));
        if (target.Length != Inputs)
        {
            throw new ArgumentException($"The row has {Inputs} weights, the target {target.Length}.", nameof(target));
        }

        switch (Type)
        {
            case WeightType.F32:
                new ReadOnlySpan<byte>(Row(output), checked((int)RowBytes)).CopyTo(MemoryMarshal.AsBytes(target));
                break;
            case WeightType.BF16:
                for (var input = 0; input < target.Length; input++)
                {
                    target[input] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(Row(output) + (input * sizeof(ushort))) << 16);
                }

                break;
            default:
                for (var input = 0; input < target.Length; input++)
                {
                    target[input] = (sbyte)Row(output)[input] * Scales[output];
                }

                break;
        }
    }

    /// <summary>The first weight of a row.</summary>
    internal byte* Row(long output) => (byte*)Data + (output * RowBytes);
}
