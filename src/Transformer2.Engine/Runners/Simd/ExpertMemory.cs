using System.Runtime.InteropServices;
using Transformer2.Kernels.Weights;

namespace Transformer2.Engine;

/// <summary>Memory for what was made of an expert. No byte of it is left when it is given back: whoever gets it next may serve another tenant.</summary>
internal unsafe class ExpertMemory : IDisposable
{
    /// <summary>What every part of it should begin at a multiple of: a cache line.</summary>
    public const int Alignment = 64;

    private byte* _start;

    /// <param name="bytes">How much; what it holds at first is anything.</param>
    public ExpertMemory(long bytes)
    {
        Bytes = Math.Max(bytes, Alignment);
        _start = (byte*)NativeMemory.AlignedAlloc(checked((nuint)Bytes), Alignment);
        LargePages.Prepare(_start, Bytes); // a merged copy; others are far too small
    }

    /// <summary>The first byte; null when it was given back.</summary>
    public byte* Start => _start;

    /// <summary>How many bytes.</summary>
    public long Bytes { get; }

    /// <summary>Bytes up to the next multiple of <see cref="Alignment"/>.</summary>
    public static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    /// <summary>Clears the memory and gives it back.</summary>
    public void Dispose()
    {
        if (_start == null) return;
        NativeMemory.Clear(_start, (nuint)Bytes);
        Free(_start);
        _start = null;
    }

    /// <summary>Gives back memory that was cleared.</summary>
    protected virtual void Free(byte* start) => NativeMemory.AlignedFree(start);
}
