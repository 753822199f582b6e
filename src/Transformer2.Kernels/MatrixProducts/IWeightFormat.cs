using System.Runtime.CompilerServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.MatrixProducts;

/// <summary>
/// How weights of one type become vectors. They are read in blocks of two vectors; the order of a block's inputs is the format's own, and inputs are
/// packed to match.
/// </summary>
internal unsafe interface IWeightFormat<TVector>
    where TVector : unmanaged
{
    /// <summary>Bytes of a weight.</summary>
    static abstract int Size { get; }

    /// <summary>Whether the first vector of a block has the even inputs and the second the odd ones, instead of first half and second half.</summary>
    static abstract bool Interleaved { get; }

    /// <summary>The first vector of the block.</summary>
    static abstract TVector First(byte* block);

    /// <summary>The second vector of the block.</summary>
    static abstract TVector Second(byte* block);

    /// <summary>Weights that follow each other, in their order.</summary>
    static abstract TVector Ordered(byte* weights);
}

/// <summary>Single precision.</summary>
internal readonly unsafe struct F32Format<TSimd, TVector> : IWeightFormat<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public static int Size => sizeof(float);

    public static bool Interleaved => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(byte* block) => TSimd.Load((float*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(byte* block) => TSimd.Load((float*)block + TSimd.Width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Ordered(byte* weights) => TSimd.Load((float*)weights);
}

/// <summary>bfloat16: a pair of weights is one 32-bit word, whose halves become singles by a shift and a mask.</summary>
internal readonly unsafe struct BF16Format<TSimd, TVector> : IWeightFormat<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public static int Size => sizeof(ushort);

    public static bool Interleaved => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(byte* block) => TSimd.LoadEvenBFloat16((ushort*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(byte* block) => TSimd.LoadOddBFloat16((ushort*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Ordered(byte* weights) => TSimd.LoadBFloat16((ushort*)weights);
}

/// <summary>int8; the scale is applied to the sum.</summary>
internal readonly unsafe struct Int8Format<TSimd, TVector> : IWeightFormat<TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    public static int Size => sizeof(sbyte);

    public static bool Interleaved => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector First(byte* block) => TSimd.LoadInt8((sbyte*)block);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Second(byte* block) => TSimd.LoadInt8((sbyte*)block + TSimd.Width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Ordered(byte* weights) => TSimd.LoadInt8((sbyte*)weights);
}
