using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Transformer2.Kernels.Vectors;

/// <summary>4 floats: SSE or NEON.</summary>
internal readonly unsafe struct Simd128 : ISimd<Vector128<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Width => 4;

    // NEON has 32 registers, SSE 16.
    public static int TileRows => AdvSimd.IsSupported ? 6 : 2;

    public static Vector128<float> Zero
    {
        [MethodImpl(Inline)]
        get => Vector128<float>.Zero;
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(Inline)]
    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    [MethodImpl(Inline)]
    public static Vector128<float> LoadEven(float* from) =>
        Vector128.Narrow(Vector128.Load((ulong*)from), Vector128.Load((ulong*)(from + Width))).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> LoadOdd(float* from) =>
        Vector128.Narrow(Vector128.Load((ulong*)from) >>> 32, Vector128.Load((ulong*)(from + Width)) >>> 32).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> LoadBFloat16(ushort* from)
    {
        var packed = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(from)).AsUInt16();
        return Vector128.ShiftLeft(Vector128.WidenLower(packed), 16).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector128<float> LoadEvenBFloat16(ushort* from) => Vector128.ShiftLeft(Vector128.Load((uint*)from), 16).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> LoadOddBFloat16(ushort* from) => (Vector128.Load((uint*)from) & Vector128.Create(0xFFFF0000u)).AsSingle();

    [MethodImpl(Inline)]
    public static Vector128<float> LoadInt8(sbyte* from)
    {
        var packed = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<int>(from)).AsSByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(packed)));
    }

    [MethodImpl(Inline)]
    public static void Store(Vector128<float> value, float* to) => value.Store(to);

    [MethodImpl(Inline)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(Inline)]
    public static Vector128<float> Subtract(Vector128<float> left, Vector128<float> right) => left - right;

    [MethodImpl(Inline)]
    public static Vector128<float> Multiply(Vector128<float> left, Vector128<float> right) => left * right;

    [MethodImpl(Inline)]
    public static Vector128<float> Divide(Vector128<float> left, Vector128<float> right) => left / right;

    [MethodImpl(Inline)]
    public static Vector128<float> MultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(Inline)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.MaxNative(left, right);

    [MethodImpl(Inline)]
    public static Vector128<float> Clamp(Vector128<float> value, Vector128<float> least, Vector128<float> most)
    {
        value = Vector128.ConditionalSelect(Vector128.LessThan(value, least), least, value);
        return Vector128.ConditionalSelect(Vector128.GreaterThan(value, most), most, value);
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Scale(Vector128<float> value, Vector128<float> exponent)
    {
        // By two powers of two: the one that is wanted may be too large or too small for a float.
        var whole = Vector128.ConvertToInt32(exponent);
        var half = whole >> 1;
        var bias = Vector128.Create(127);
        return value * ((half + bias) << 23).AsSingle() * ((whole - half + bias) << 23).AsSingle();
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Sum(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) =>
        AddPairs(AddPairs(a, b), AddPairs(c, d));

    // (a0 + a1, a2 + a3, b0 + b1, b2 + b3)
    [MethodImpl(Inline)]
    private static Vector128<float> AddPairs(Vector128<float> a, Vector128<float> b)
    {
        if (Sse3.IsSupported)
        {
            return Sse3.HorizontalAdd(a, b);
        }

        return AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.AddPairwise(a, b)
            : Vector128.Create(a[0] + a[1], a[2] + a[3], b[0] + b[1], b[2] + b[3]);
    }
}
