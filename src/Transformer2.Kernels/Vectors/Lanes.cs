using System.Runtime.CompilerServices;

namespace Transformer2.Kernels.Vectors;

/// <summary>What is done across the elements of one vector, and with less than a vector.</summary>
internal static unsafe class Lanes<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    private const int MaxWidth = 16;

    /// <summary>The sum of all elements, in the one order that there is.</summary>
    public static float Sum(TVector value) => TSimd.Sum(value, value, value, value)[0];

    /// <summary>The largest element.</summary>
    public static float Max(TVector value)
    {
        var elements = stackalloc float[MaxWidth];
        TSimd.Store(value, elements);
        var largest = elements[0];
        for (var index = 1; index < TSimd.Width; index++)
        {
            largest = MathF.Max(largest, elements[index]);
        }

        return largest;
    }

    /// <summary>Loads the first <paramref name="count"/> elements, at most a vector; the others are zero.</summary>
    public static TVector Load(float* from, int count)
    {
        var elements = stackalloc float[MaxWidth];
        for (var index = 0; index < TSimd.Width; index++)
        {
            elements[index] = index < count ? from[index] : 0;
        }

        return TSimd.Load(elements);
    }

    /// <summary>Stores the first <paramref name="count"/> elements.</summary>
    public static void Store(TVector value, float* to, int count)
    {
        var elements = stackalloc float[MaxWidth];
        TSimd.Store(value, elements);
        Unsafe.CopyBlockUnaligned(to, elements, (uint)count * sizeof(float));
    }
}
