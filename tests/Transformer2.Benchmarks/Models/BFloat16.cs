namespace Transformer2.Benchmarks;

/// <summary>The upper half of a float32.</summary>
internal static class BFloat16
{
    /// <summary>The nearest bfloat16 of a finite number; ties go to the even one.</summary>
    public static ushort Round(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
