using System.Runtime.InteropServices;
using Transformer2.Kernels.Attention;

namespace Transformer2.Engine;

/// <summary>Keys and values of all layers in blocks of positions. Memory that no block has used yet is not touched.</summary>
internal sealed unsafe class SimdCache : IDisposable
{
    private const int Alignment = 64;
    private readonly byte* _memory;
    private readonly byte* _first;
    private readonly int _layers;
    private readonly long _blocks;

    /// <param name="layout">What a block of one layer looks like.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="blocks">Number of blocks, the unused block 0 included.</param>
    public SimdCache(KvLayout layout, int layers, int blocks)
    {
        (Layout, _layers, _blocks) = (layout, layers, blocks);
        // Zeroed memory comes from the system page by page, when it is first written; aligned memory would be cleared here.
        _memory = (byte*)NativeMemory.AllocZeroed(checked((nuint)((layout.BlockBytes * layers * blocks) + Alignment)));
        _first = (byte*)(((nuint)_memory + Alignment - 1) / Alignment * Alignment);
    }

    /// <summary>What a block of one layer looks like.</summary>
    public KvLayout Layout { get; }

    /// <summary>A layer's block.</summary>
    public void* Block(int layer, int block) => _first + (((layer * _blocks) + block) * Layout.BlockBytes);

    /// <summary>Makes a block's content unreadable.</summary>
    public void Clear(int block)
    {
        for (var layer = 0; layer < _layers; layer++) NativeMemory.Clear(Block(layer, block), (nuint)Layout.BlockBytes);
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
