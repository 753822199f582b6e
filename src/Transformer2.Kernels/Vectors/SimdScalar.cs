using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Transformer2.Kernels.Vectors;

/// <summary>One float at a time: any machine.</summary>
internal readonly unsafe struct SimdScalar : ISimd<float>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Width => 1;

    public static int TileRows => 2;

    public static float Zero => 0;

    [MethodImpl(Inline)]
    public static float Broadcast(float value) => value;

    [MethodImpl(Inline)]
    public static float Load(float* from) => Unsafe.ReadUnaligned<float>(from);

    [MethodImpl(Inline)]
    public static float LoadEven(float* from) => Load(from);

    [MethodImpl(Inline)]
    public static float LoadOdd(float* from) => Load(from + 1);

    [MethodImpl(Inline)]
    public static float LoadBFloat16(ushort* from) => BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(from) << 16);

    [MethodImpl(Inline)]
    public static float LoadEvenBFloat16(ushort* from) => LoadBFloat16(from);

    [MethodImpl(Inline)]
    public static float LoadOddBFloat16(ushort* from) => LoadBFloat16(from + 1);

    [MethodImpl(Inline)]
    public static float LoadInt8(sbyte* from) => *from;

    [MethodImpl(Inline)]
    public static void Store(float value, float* to) => Unsafe.WriteUnaligned(to, value);

    [MethodImpl(Inline)]
    public static float Add(float left, float right) => left + right;

    [MethodImpl(Inline)]
    public static float Subtract(float left, float right) => left - right;

    [MethodImpl(Inline)]
    public static float Multiply(float left, float right) => left * right;

    [MethodImpl(Inline)]
    public static float Divide(float left, float right) => left / right;

    [MethodImpl(Inline)]
    public static float MultiplyAdd(float left, float right, float addend) => MathF.FusedMultiplyAdd(left, right, addend);

    [MethodImpl(Inline)]
    public static float Max(float left, float right) => left > right ? left : right;

    [MethodImpl(Inline)]
    public static float Clamp(float value, float least, float most) => value < least ? least : value > most ? most : value;

    [MethodImpl(Inline)]
    public static float Scale(float value, float exponent)
    {
        var whole = (int)exponent;
        var half = whole >> 1;
        return value * BitConverter.Int32BitsToSingle((half + 127) << 23) * BitConverter.Int32BitsToSingle((whole - half + 127) << 23);
    }

    [MethodImpl(Inline)]
    public static Vector128<float> Sum(float a, float b, float c, float d) => Vector128.Create(a, b, c, d);
}
