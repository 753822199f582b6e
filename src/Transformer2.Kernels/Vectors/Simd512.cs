using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Transformer2.Kernels.Vectors;

/// <summary>16 floats: AVX-512.</summary>
internal readonly unsafe struct Simd512 : ISimd<Vector512<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Width => 16;

    // 32 registers: 24 sums, 4 weights, an activation, a mask.
    public static int TileRows => 6;

    public static Vector512<float> Zero
    {
        [MethodImpl(Inline)]
        get => Vector512<float>.Zero;
    }

    [MethodImpl(Inline)]
    public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(Inline)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(Inline)]
    public static Vector512<float> LoadEven(float* from) =>
        Vector512.Narrow(Vector512.Load((ulong*)from), Vector512.Load((ulong*)(from + Width))).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> LoadOdd(float* from) =>
        Vector512.Narrow(Vector512.Load((ulong*)from) >>> 32, Vector512.Load((ulong*)(from + Width)) >>> 32).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> LoadBFloat16(ushort* from)
    {
        var packed = Vector256.Load(from);
        var wide = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(packed)
            : Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed));
        return Vector512.ShiftLeft(wide, 16).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector512<float> LoadEvenBFloat16(ushort* from) => Vector512.ShiftLeft(Vector512.Load((uint*)from), 16).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> LoadOddBFloat16(ushort* from) => (Vector512.Load((uint*)from) & Vector512.Create(0xFFFF0000u)).AsSingle();

    [MethodImpl(Inline)]
    public static Vector512<float> LoadInt8(sbyte* from)
    {
        var packed = Vector128.Load(from);
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(packed));
        }

        var (low, high) = Vector128.Widen(packed);
        var wide = Vector512.Create(
            Vector256.Create(Vector128.WidenLower(low), Vector128.WidenUpper(low)),
            Vector256.Create(Vector128.WidenLower(high), Vector128.WidenUpper(high)));
        return Vector512.ConvertToSingle(wide);
    }

    [MethodImpl(Inline)]
    public static void Store(Vector512<float> value, float* to) => value.Store(to);

    [MethodImpl(Inline)]
    public static Vector512<float> Add(Vector512<float> left, Vector512<float> right) => left + right;

    [MethodImpl(Inline)]
    public static Vector512<float> Subtract(Vector512<float> left, Vector512<float> right) => left - right;

    [MethodImpl(Inline)]
    public static Vector512<float> Multiply(Vector512<float> left, Vector512<float> right) => left * right;

    [MethodImpl(Inline)]
    public static Vector512<float> Divide(Vector512<float> left, Vector512<float> right) => left / right;

    [MethodImpl(Inline)]
    public static Vector512<float> MultiplyAdd(Vector512<float> left, Vector512<float> right, Vector512<float> addend) =>
        Vector512.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(Inline)]
    public static Vector512<float> Max(Vector512<float> left, Vector512<float> right) => Vector512.MaxNative(left, right);

    [MethodImpl(Inline)]
    public static Vector512<float> Clamp(Vector512<float> value, Vector512<float> least, Vector512<float> most)
    {
        value = Vector512.ConditionalSelect(Vector512.LessThan(value, least), least, value);
        return Vector512.ConditionalSelect(Vector512.GreaterThan(value, most), most, value);
    }

    [MethodImpl(Inline)]
    public static Vector512<float> Scale(Vector512<float> value, Vector512<float> exponent)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Scale(value, exponent);
        }

        // By two powers of two: the one that is wanted may be too large or too small for a float.
        var whole = Vector512.ConvertToInt32(exponent);
        var half = whole >> 1;
        var bias = Vector512.Create(127);
        return value * ((half + bias) << 23).AsSingle() * ((whole - half + bias) << 23).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Sum(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        if (!Avx512F.IsSupported)
        {
            return Simd256.Sum(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
        }

        // Transposed inside quarters, then quarters are added: half the work of folding each vector.
        var ab = Avx512F.UnpackLow(a, b) + Avx512F.UnpackHigh(a, b);
        var cd = Avx512F.UnpackLow(c, d) + Avx512F.UnpackHigh(c, d);
        var abcd = Avx512F.UnpackLow(ab.AsDouble(), cd.AsDouble()).AsSingle() + Avx512F.UnpackHigh(ab.AsDouble(), cd.AsDouble()).AsSingle();
        var half = abcd.GetLower() + abcd.GetUpper();
        return half.GetLower() + half.GetUpper();
    }
}
