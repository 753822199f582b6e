using System.Runtime.Intrinsics;

namespace Transformer2.Kernels.Vectors;

/// <summary>
/// One instruction set, seen as vectors of <see cref="Width"/> floats. Kernels are written once over it and compiled once for each implementation.
/// </summary>
/// <typeparam name="TVector">The vector: passed bare, not wrapped in a struct, so that the compiler keeps it in a register.</typeparam>
/// <remarks>No load or store asks for an alignment.</remarks>
internal unsafe interface ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Rows of the largest tile of rows x 4 outputs whose sums fit the registers, 1 to 6.</summary>
    static abstract int TileRows { get; }

    static abstract TVector Zero { get; }

    static abstract TVector Broadcast(float value);

    static abstract TVector Load(float* from);

    /// <summary>Loads the 1st, 3rd, 5th .. of 2 x <see cref="Width"/> floats.</summary>
    static abstract TVector LoadEven(float* from);

    /// <summary>Loads the 2nd, 4th, 6th .. of 2 x <see cref="Width"/> floats.</summary>
    static abstract TVector LoadOdd(float* from);

    /// <summary>Loads <see cref="Width"/> bfloat16 numbers.</summary>
    static abstract TVector LoadBFloat16(ushort* from);

    /// <summary>Loads the 1st, 3rd, 5th .. of 2 x <see cref="Width"/> bfloat16 numbers: cheaper than to load them in order.</summary>
    static abstract TVector LoadEvenBFloat16(ushort* from);

    /// <summary>Loads the 2nd, 4th, 6th .. of 2 x <see cref="Width"/> bfloat16 numbers.</summary>
    static abstract TVector LoadOddBFloat16(ushort* from);

    static abstract TVector LoadInt8(sbyte* from);

    static abstract void Store(TVector value, float* to);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary><paramref name="left"/> x <paramref name="right"/> + <paramref name="addend"/>, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    /// <summary>The larger of each two; either one where one is not a number.</summary>
    static abstract TVector Max(TVector left, TVector right);

    /// <summary>The nearest numbers from <paramref name="least"/> to <paramref name="most"/>; what is not a number stays so.</summary>
    static abstract TVector Clamp(TVector value, TVector least, TVector most);

    /// <summary>value x 2 to the power of a whole number from -252 to 254.</summary>
    static abstract TVector Scale(TVector value, TVector exponent);

    /// <summary>The sum of the elements of each of four vectors: the one order of summation inside a vector.</summary>
    static abstract Vector128<float> Sum(TVector a, TVector b, TVector c, TVector d);
}
