using System.Runtime.CompilerServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Elementwise;

/// <summary>y = x / sqrt(mean(x squared) + epsilon) x gain.</summary>
internal static unsafe class RmsNorm<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, float* gain, float* y, int size, float epsilon)
    {
        var whole = size / TSimd.Width * TSimd.Width;
        // The rest first: a vector that lives across a call would be saved in every pass of the loop.
        var sum = Lanes<TSimd, TVector>.Load(x + whole, size - whole);
        sum = TSimd.Multiply(sum, sum);
        for (var index = 0; index < whole; index += TSimd.Width)
        {
            var value = TSimd.Load(x + index);
            sum = TSimd.MultiplyAdd(value, value, sum);
        }

        var factor = 1 / MathF.Sqrt((Lanes<TSimd, TVector>.Sum(sum) / size) + epsilon);
        var factors = TSimd.Broadcast(factor);
        for (var index = 0; index < whole; index += TSimd.Width)
        {
            TSimd.Store(TSimd.Multiply(TSimd.Multiply(TSimd.Load(x + index), factors), TSimd.Load(gain + index)), y + index);
        }

        for (var index = whole; index < size; index++)
        {
            y[index] = x[index] * factor * gain[index];
        }
    }
}
