using System.Runtime.InteropServices;

namespace Transformer2.Kernels;

/// <summary>Native memory, aligned to a cache line, that grows and is never moved while used: scratch without garbage.</summary>
/// <typeparam name="T">What it holds.</typeparam>
public sealed unsafe class NativeScratch<T> : IDisposable
    where T : unmanaged
{
    private const int Alignment = 64;
    private T* _items;
    private long _count;

    /// <summary>Frees the memory.</summary>
    ~NativeScratch() => Free();

    /// <summary>The memory, large enough for <paramref name="count"/> items; what it held is lost when it grows.</summary>
    public T* Need(long count)
    {
        if (count > _count)
        {
            Free();
            _items = (T*)NativeMemory.AlignedAlloc(checked((nuint)(count * sizeof(T))), Alignment);
            _count = count;
        }

        return _items;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    // Cleared, since it held what was computed of somebody's text.
    private void Free()
    {
        if (_items == null) return;
        NativeMemory.Clear(_items, (nuint)(_count * sizeof(T)));
        NativeMemory.AlignedFree(_items);
        _items = null;
        _count = 0;
    }
}
