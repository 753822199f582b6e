using System.Runtime.CompilerServices;
using Transformer2.Kernels.Vectors;

namespace Transformer2.Kernels.Logits;

/// <summary>What sampling asks of a row of logits.</summary>
internal static unsafe class LogitsKernel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : unmanaged
{
    /// <summary>log(sum of exp).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float LogSumExp(float* logits, int size)
    {
        var largest = Largest(logits, size);
        if (float.IsInfinity(largest))
        {
            // Nothing is possible, or only what is infinite.
            return largest;
        }

        var whole = size / TSimd.Width * TSimd.Width;
        var shift = TSimd.Broadcast(largest);
        // The rest first: a vector that lives across a call would be saved in every pass of the loop.
        var sum = whole < size
            ? Exponential<TSimd, TVector>.Of(TSimd.Subtract(Lanes<TSimd, TVector>.Load(logits + whole, size - whole, float.NegativeInfinity), shift))
            : TSimd.Zero;
        for (var index = 0; index < whole; index += TSimd.Width)
        {
            sum = TSimd.Add(sum, Exponential<TSimd, TVector>.Of(TSimd.Subtract(TSimd.Load(logits + index), shift)));
        }

        return largest + MathF.Log(Lanes<TSimd, TVector>.Sum(sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Subtract(float* from, float* to, int size, float what)
    {
        var whole = size / TSimd.Width * TSimd.Width;
        var subtrahend = TSimd.Broadcast(what);
        for (var index = 0; index < whole; index += TSimd.Width)
        {
            TSimd.Store(TSimd.Subtract(TSimd.Load(from + index), subtrahend), to + index);
        }

        for (var index = whole; index < size; index++)
        {
            to[index] = from[index] - what;
        }
    }

    /// <summary>The largest logits, largest first, of equal ones the lower index first; how many were found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Top(float* logits, int size, int* indices, int count)
    {
        var found = 0;
        var threshold = float.NegativeInfinity;
        for (var index = 0; index < size; index++)
        {
            // Once the list is full, few logits are above its last: whole vectors are passed over.
            while (found == count && index + TSimd.Width <= size && !TSimd.AnyGreater(TSimd.Load(logits + index), TSimd.Broadcast(threshold)))
            {
                index += TSimd.Width;
            }

            if (index >= size)
            {
                break;
            }

            if (float.IsNaN(logits[index]) || (found == count && !(logits[index] > threshold)))
            {
                continue;
            }

            var place = found == count ? found - 1 : found++;
            for (; place > 0 && logits[indices[place - 1]] < logits[index]; place--)
            {
                indices[place] = indices[place - 1];
            }

            indices[place] = index;
            threshold = logits[indices[found - 1]];
        }

        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* logits, int size)
    {
        var whole = size / TSimd.Width * TSimd.Width;
        var most = Lanes<TSimd, TVector>.Load(logits + whole, size - whole, float.NegativeInfinity);
        for (var index = 0; index < whole; index += TSimd.Width)
        {
            most = TSimd.Max(most, TSimd.Load(logits + index));
        }

        return Lanes<TSimd, TVector>.Max(most);
    }
}
