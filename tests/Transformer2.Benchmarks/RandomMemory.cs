using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Transformer2.Kernels.Threads;

namespace Transformer2.Benchmarks;

/// <summary>Native memory full of numbers that are harmless as floats and as bfloat16; how fast it can be read.</summary>
internal sealed unsafe class RandomMemory : IDisposable, IChunkedWork
{
    private const int Chunk = 1 << 20;
    private long _seen;

    public RandomMemory(long bytes)
    {
        Bytes = bytes;
        Floats = (float*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        var words = (uint*)Floats;
        var state = 88172645463325252UL;
        for (var index = 0L; index < bytes / sizeof(uint); index++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Both halves: any sign and mantissa, exponents of numbers from 0.001 to 1.
            words[index] = (uint)state & 0x80FF80FF | 0x3C003C00 | ((uint)(state >> 32) & 0x03000300);
        }
    }

    public long Bytes { get; }

    public float* Floats { get; }

    /// <summary>Seconds that all threads take to read all of it once.</summary>
    public double SecondsToRead(WorkerPool pool)
    {
        var start = Stopwatch.GetTimestamp();
        pool.Run(this, (int)(Bytes / Chunk));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk, int thread)
    {
        var (a, b) = (Vector512<long>.Zero, Vector512<long>.Zero);
        var from = (long*)((byte*)Floats + ((long)chunk * Chunk));
        for (var index = 0; index < Chunk / sizeof(long); index += 16)
        {
            a ^= Vector512.Load(from + index);
            b ^= Vector512.Load(from + index + 8);
        }

        Interlocked.Add(ref _seen, Vector512.Sum(a ^ b));
    }

    public void Dispose() => NativeMemory.AlignedFree(Floats);
}
