using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Transformer2.Kernels.Vectors;

/// <summary>8 floats: AVX2.</summary>
internal readonly unsafe struct Simd256 : ISimd<Vector256<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Width => 8;

    // 16 registers: 8 sums, 4 weights, an activation, a mask.
    public static int TileRows => 2;

    public static Vector256<float> Zero
    {
        [MethodImpl(Inline)]
        get => Vector256<float>.Zero;
    }

    [MethodImpl(Inline)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(Inline)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    [MethodImpl(Inline)]
    public static Vector256<float> LoadEven(float* from) =>
        Vector256.Narrow(Vector256.Load((ulong*)from), Vector256.Load((ulong*)(from + Width))).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> LoadOdd(float* from) =>
        Vector256.Narrow(Vector256.Load((ulong*)from) >>> 32, Vector256.Load((ulong*)(from + Width)) >>> 32).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> LoadBFloat16(ushort* from)
    {
        var packed = Vector128.Load(from);
        var wide = Avx2.IsSupported
            ? Avx2.ConvertToVector256Int32(packed).AsUInt32()
            : Vector256.Create(Vector128.WidenLower(packed), Vector128.WidenUpper(packed));
        return Vector256.ShiftLeft(wide, 16).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector256<float> LoadEvenBFloat16(ushort* from) => Vector256.ShiftLeft(Vector256.Load((uint*)from), 16).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> LoadOddBFloat16(ushort* from) => (Vector256.Load((uint*)from) & Vector256.Create(0xFFFF0000u)).AsSingle();

    [MethodImpl(Inline)]
    public static Vector256<float> LoadInt8(sbyte* from)
    {
        var packed = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(from)).AsSByte();
        if (Avx2.IsSupported)
        {
            return Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(packed));
        }

        var low = Vector128.WidenLower(packed);
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(low), Vector128.WidenUpper(low)));
    }

    [MethodImpl(Inline)]
    public static void Store(Vector256<float> value, float* to) => value.Store(to);

    [MethodImpl(Inline)]
    public static Vector256<float> Add(Vector256<float> left, Vector256<float> right) => left + right;

    [MethodImpl(Inline)]
    public static Vector256<float> Subtract(Vector256<float> left, Vector256<float> right) => left - right;

    [MethodImpl(Inline)]
    public static Vector256<float> Multiply(Vector256<float> left, Vector256<float> right) => left * right;

    [MethodImpl(Inline)]
    public static Vector256<float> Divide(Vector256<float> left, Vector256<float> right) => left / right;

    [MethodImpl(Inline)]
    public static Vector256<float> MultiplyAdd(Vector256<float> left, Vector256<float> right, Vector256<float> addend) =>
        Vector256.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(Inline)]
    public static Vector256<float> Max(Vector256<float> left, Vector256<float> right) => Vector256.MaxNative(left, right);

    [MethodImpl(Inline)]
    public static Vector256<float> Clamp(Vector256<float> value, Vector256<float> least, Vector256<float> most)
    {
        value = Vector256.ConditionalSelect(Vector256.LessThan(value, least), least, value);
        return Vector256.ConditionalSelect(Vector256.GreaterThan(value, most), most, value);
    }

    [MethodImpl(Inline)]
    public static Vector256<float> Scale(Vector256<float> value, Vector256<float> exponent)
    {
        // By two powers of two: the one that is wanted may be too large or too small for a float.
        var whole = Vector256.ConvertToInt32(exponent);
        var half = whole >> 1;
        var bias = Vector256.Create(127);
        return value * ((half + bias) << 23).AsSingle() * ((whole - half + bias) << 23).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Sum(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d) => Simd128.Sum(
        a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
}
