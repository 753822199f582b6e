using System.Runtime.CompilerServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Elementwise;

/// <summary>y = gate / (1 + exp(-gate)) x up.</summary>
internal static unsafe class SwiGlu<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* gate, float* up, float* y, int size)
    {
        var whole = size / TSimd.Width * TSimd.Width;
        for (var index = 0; index < whole; index += TSimd.Width)
        {
            TSimd.Store(Of(TSimd.Load(gate + index), TSimd.Load(up + index)), y + index);
        }

        if (whole < size)
        {
            var rest = size - whole;
            Lanes<TSimd, TVector>.Store(Of(Lanes<TSimd, TVector>.Load(gate + whole, rest), Lanes<TSimd, TVector>.Load(up + whole, rest)), y + whole, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Of(TVector gate, TVector up)
    {
        var exponential = Exponential<TSimd, TVector>.Of(TSimd.Subtract(TSimd.Zero, gate));
        return TSimd.Multiply(TSimd.Divide(gate, TSimd.Add(TSimd.Broadcast(1), exponential)), up);
    }
}
