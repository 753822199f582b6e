using System.Runtime.CompilerServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Elementwise;

/// <summary>Rotates pairs (i, i + half) of each head: the layout of Hugging Face checkpoints.</summary>
internal static unsafe class RotaryEmbedding<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* heads, int count, int headDim, int rotaryDim, float* cosines, float* sines)
    {
        var half = rotaryDim / 2;
        var whole = half / TSimd.Width * TSimd.Width;
        for (; count > 0; count--, heads += headDim)
        {
            for (var index = 0; index < whole; index += TSimd.Width)
            {
                var (low, high) = (TSimd.Load(heads + index), TSimd.Load(heads + half + index));
                var (cosine, sine) = (TSimd.Load(cosines + index), TSimd.Load(sines + index));
                TSimd.Store(TSimd.Subtract(TSimd.Multiply(low, cosine), TSimd.Multiply(high, sine)), heads + index);
                TSimd.Store(TSimd.Add(TSimd.Multiply(high, cosine), TSimd.Multiply(low, sine)), heads + half + index);
            }

            for (var index = whole; index < half; index++)
            {
                var (low, high) = (heads[index], heads[half + index]);
                heads[index] = (low * cosines[index]) - (high * sines[index]);
                heads[half + index] = (high * cosines[index]) + (low * sines[index]);
            }
        }
    }
}
