using System.Runtime.InteropServices;

namespace Transformer2.Kernels.Weights;

/// <summary>An int8 copy of a weight matrix: each output has one scale, and zero stays zero.</summary>
public sealed unsafe class QuantizedWeights : IDisposable
{
    private const int Alignment = 64;
    private const float Largest = 127;
    private void* _data;
    private void* _scales;

    private QuantizedWeights(int outputs, int inputs)
    {
        _data = NativeMemory.AlignedAlloc(checked((nuint)((long)outputs * inputs)), Alignment);
        _scales = NativeMemory.AlignedAlloc((nuint)outputs * sizeof(float), Alignment);
        Matrix = new WeightMatrix(_data, WeightType.Int8, outputs, inputs, (float*)_scales);
    }

    /// <summary>Frees the memory.</summary>
    ~QuantizedWeights() => Free();

    /// <summary>The weights; valid until this object is disposed or collected.</summary>
    public WeightMatrix Matrix { get; private set; }

    /// <summary>Rounds weights to int8: for each output, the largest magnitude becomes 127.</summary>
    /// <param name="source">F32 or BF16 weights [outputs, inputs].</param>
    /// <exception cref="ArgumentException">The weights are int8 already, or one is not finite.</exception>
    public static QuantizedWeights Of(in WeightMatrix source)
    {
        if (source.Type == WeightType.Int8)
        {
            throw new ArgumentException("The weights are int8 already.", nameof(source));
        }

        var result = new QuantizedWeights(source.Outputs, source.Inputs);
        try
        {
            Round(source, result.Matrix);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Rounds weights into memory of the caller's.</summary>
    /// <param name="source">F32 or BF16 weights [outputs, inputs].</param>
    /// <param name="target">Int8 weights of the same shape; they and their scales are written.</param>
    /// <exception cref="ArgumentException">The types or shapes are others, or a weight is not finite.</exception>
    public static void Round(in WeightMatrix source, in WeightMatrix target)
    {
        if (source.Type == WeightType.Int8 || target.Type != WeightType.Int8 || (source.Outputs, source.Inputs) != (target.Outputs, target.Inputs))
        {
            throw new ArgumentException("Weights are rounded to int8 from another type, and keep their shape.", nameof(target));
        }

        var row = new float[source.Inputs];
        for (var output = 0; output < source.Outputs; output++)
        {
            source.CopyRow(output, row);
            var largest = 0f;
            foreach (var weight in row)
            {
                largest = MathF.Max(largest, MathF.Abs(weight));
            }

            if (!float.IsFinite(largest))
            {
                throw new ArgumentException($"A weight of output {output} is not finite.", nameof(source));
            }

            var scale = largest / Largest;
            target.Scales[output] = scale;
            var rounded = (sbyte*)target.Row(output);
            for (var input = 0; input < row.Length; input++)
            {
                // The quotient may exceed 127 by a rounding error, and a subnormal scale by more.
                rounded[input] = scale == 0 ? (sbyte)0 : (sbyte)Math.Clamp(MathF.Round(row[input] / scale), -Largest, Largest);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_data);
        NativeMemory.AlignedFree(_scales);
        _data = _scales = null;
        Matrix = default;
    }
}
