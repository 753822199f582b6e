using System.Runtime.CompilerServices;

namespace Transformer2.Kernels.Vectors;

/// <summary>
/// e to the power of x, to about one unit of the last place: x = n ln 2 + r, a polynomial of r (of Cephes' expf), times 2 to the power of n.
/// Several times as fast as the library's, which computes in double precision.
/// </summary>
internal static class Exponential<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    // Below, the result is zero; above, infinity.
    private const float Least = -105;
    private const float Most = 89;

    // Added and subtracted again, it rounds to a whole number.
    private const float Rounder = 12582912;

    // ln 2 in two parts; n times the first is exact.
    private const float Log2High = 0.693359375f;
    private const float Log2Low = -2.12194440e-4f;

    /// <summary>Each element by itself; what is not a number stays so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of(TVector x)
    {
        x = TSimd.Clamp(x, TSimd.Broadcast(Least), TSimd.Broadcast(Most));
        var rounder = TSimd.Broadcast(Rounder);
        var n = TSimd.Subtract(TSimd.MultiplyAdd(x, TSimd.Broadcast(1.44269504f), rounder), rounder);
        var r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-Log2High), x);
        r = TSimd.MultiplyAdd(n, TSimd.Broadcast(-Log2Low), r);
        var p = TSimd.MultiplyAdd(TSimd.Broadcast(1.9875691500e-4f), r, TSimd.Broadcast(1.3981999507e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(8.3334519073e-3f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(4.1665795894e-2f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(1.6666665459e-1f));
        p = TSimd.MultiplyAdd(p, r, TSimd.Broadcast(5.0000001201e-1f));
        p = TSimd.MultiplyAdd(p, TSimd.Multiply(r, r), r);
        return TSimd.Scale(TSimd.Add(p, TSimd.Broadcast(1)), n);
    }
}
