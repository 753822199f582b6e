namespace Transformer2.Experts;

/// <summary>The element types of the safetensors format; each member is spelled as the format spells it.</summary>
public enum SafetensorsDType
{
    /// <summary>One byte, 0 or 1.</summary>
    BOOL,

    /// <summary>4-bit float, two to a byte.</summary>
    F4,

    /// <summary>6-bit float, 2 exponent and 3 mantissa bits, packed.</summary>
    F6_E2M3,

    /// <summary>6-bit float, 3 exponent and 2 mantissa bits, packed.</summary>
    F6_E3M2,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    F8_E5M2,

    /// <summary>8-bit float, 4 exponent bits.</summary>
    F8_E4M3,

    /// <summary>8-bit power of two.</summary>
    F8_E8M0,

    /// <summary>8-bit float, 4 exponent bits, no negative zero.</summary>
    F8_E4M3FNUZ,

    /// <summary>8-bit float, 5 exponent bits, no negative zero.</summary>
    F8_E5M2FNUZ,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of an IEEE single.</summary>
    BF16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>Two singles: real and imaginary part.</summary>
    C64,

    /// <summary>IEEE double precision.</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>Sizes and names of the element types.</summary>
public static class SafetensorsDTypes
{
    private static readonly Dictionary<string, SafetensorsDType> ByName =
        Enum.GetValues<SafetensorsDType>().ToDictionary(dtype => dtype.ToString(), StringComparer.Ordinal);

    /// <summary>Bits of one element.</summary>
    public static int BitSize(this SafetensorsDType dtype) => dtype switch
    {
        SafetensorsDType.F4 => 4,
        SafetensorsDType.F6_E2M3 or SafetensorsDType.F6_E3M2 => 6,
        SafetensorsDType.I16 or SafetensorsDType.U16 or SafetensorsDType.F16 or SafetensorsDType.BF16 => 16,
        SafetensorsDType.I32 or SafetensorsDType.U32 or SafetensorsDType.F32 => 32,
        SafetensorsDType.C64 or SafetensorsDType.F64 or SafetensorsDType.I64 or SafetensorsDType.U64 => 64,
        _ => 8,
    };

    /// <summary>Reads the format's name of an element type, case-sensitively.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out SafetensorsDType dtype) =>
        ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out dtype);

    /// <summary>Bytes that a tensor takes, or -1 when its elements do not fill whole bytes or the size does not fit in 63 bits.</summary>
    /// <param name="dtype">Element type.</param>
    /// <param name="shape">Extents, none of them negative.</param>
    public static long ByteLength(this SafetensorsDType dtype, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        long count = 1;
        // By index: this is done for every tensor of a file that may have nothing else, and an enumerator is an object.
        for (var i = 0; i < shape.Count; i++)
        {
            // As the reference does, an overflow on the way counts even if a later extent is zero.
            var product = Math.BigMul(count, shape[i]);
            if (product > long.MaxValue)
            {
                return -1;
            }

            count = (long)product;
        }

        var bits = (Int128)count * dtype.BitSize();
        return bits % 8 != 0 || bits / 8 > long.MaxValue ? -1 : (long)(bits / 8);
    }
}
