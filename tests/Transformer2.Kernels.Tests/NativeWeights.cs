using System.Runtime.InteropServices;
using Transformer2.Kernels.Weights;

namespace Transformer2.Kernels.Tests;

/// <summary>A random weight matrix at an odd address, with not-a-numbers right behind its last weight.</summary>
internal sealed unsafe class NativeWeights : IDisposable
{
    private readonly byte* _memory;
    private readonly NativeFloats? _scales;

    public NativeWeights(WeightType type, int outputs, int inputs, int seed)
    {
        const int guard = 256;
        var size = type switch { WeightType.F32 => 4, WeightType.BF16 => 2, _ => 1 };
        var count = outputs * inputs;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)((count * size) + (2 * guard)), 64);
        new Span<byte>(_memory, (count * size) + (2 * guard)).Fill(0xFF);
        var data = _memory + 1;
        var random = new Random(seed);
        for (var index = 0; index < count; index++)
        {
            var value = (2 * random.NextSingle()) - 1;
            switch (type)
            {
                case WeightType.F32: MemoryMarshal.Write(new Span<byte>(data + (4L * index), 4), value); break;
                case WeightType.BF16: MemoryMarshal.Write(new Span<byte>(data + (2L * index), 2), (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)); break;
                default: ((sbyte*)data)[index] = (sbyte)(value * 127); break;
            }
        }

        _scales = type == WeightType.Int8 ? NativeFloats.Random(outputs, seed + 1, 0.01f) : null;
        Matrix = new WeightMatrix(data, type, outputs, inputs, _scales is null ? null : _scales.Pointer);
    }

    public WeightMatrix Matrix { get; }

    /// <summary>The weights, scales applied, [outputs][inputs].</summary>
    public float[][] Rows()
    {
        var rows = new float[Matrix.Outputs][];
        for (var output = 0; output < rows.Length; output++)
        {
            rows[output] = new float[Matrix.Inputs];
            Matrix.CopyRow(output, rows[output]);
        }

        return rows;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _scales?.Dispose();
    }
}
