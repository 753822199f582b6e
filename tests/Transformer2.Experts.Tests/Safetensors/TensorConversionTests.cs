using System.Runtime.InteropServices;

namespace Transformer2.Experts.Tests.Safetensors;

public sealed class TensorConversionTests
{
    private static readonly ushort[] AllPatterns = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];

    [Fact]
    public void Every_bfloat16_widens_exactly()
    {
        var singles = Widened(SafetensorsDType.BF16);
        for (var i = 0; i < singles.Length; i++)
        {
            Assert.Equal((uint)i << 16, BitConverter.SingleToUInt32Bits(singles[i]));
        }
    }

    [Fact]
    public void Every_half_widens_exactly()
    {
        var singles = Widened(SafetensorsDType.F16);
        for (var i = 0; i < singles.Length; i++)
        {
            var (sign, exponent, fraction) = ((i & 0x8000) != 0 ? -1.0 : 1.0, (i >> 10) & 0x1f, i & 0x3ff);
            var expected = exponent switch
            {
                0 => sign * fraction * Math.Pow(2, -24),
                31 => fraction == 0 ? sign * double.PositiveInfinity : double.NaN,
                _ => sign * (1024 + fraction) * Math.Pow(2, exponent - 25),
            };
            Assert.Equal(expected, (double)singles[i]);
        }
    }

    [Fact]
    public void Lengths_must_fit() => Assert.Throws<ArgumentOutOfRangeException>(
        () => TensorConversion.ToSingles(SafetensorsDType.F32, new byte[8], new float[3]));

    private static float[] Widened(SafetensorsDType dtype)
    {
        var singles = new float[AllPatterns.Length];
        TensorConversion.ToSingles(dtype, MemoryMarshal.AsBytes(AllPatterns.AsSpan()), singles);
        return singles;
    }
}
