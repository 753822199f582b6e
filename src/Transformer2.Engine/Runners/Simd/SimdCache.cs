using System.Runtime.InteropServices;
using Transformer2.Modeling.Checkpoints;

namespace Transformer2.Engine;

/// <summary>
/// Keys and values of all layers in blocks of positions, float32. Layout of a block, [kv_heads, block_tokens, head_dim]: what one head reads lies
/// together. Memory that no block has used yet is not touched.
/// </summary>
internal sealed unsafe class SimdCache : IDisposable
{
    private const int Alignment = 64;
    private readonly byte* _memory;
    private readonly float* _first;
    private readonly long _perLayer; // floats of a layer's keys

    /// <param name="config">The model's shape.</param>
    /// <param name="blocks">Number of blocks, the unused block 0 included.</param>
    /// <param name="blockTokens">Positions per block.</param>
    public SimdCache(ModelConfig config, int blocks, int blockTokens)
    {
        (Layers, BlockFloats) = (config.Layers, (long)config.KeyValueHeads * blockTokens * config.HeadDim);
        _perLayer = blocks * BlockFloats;
        // Zeroed memory comes from the system page by page, when it is first written; aligned memory would be cleared here.
        _memory = (byte*)NativeMemory.AllocZeroed(checked((nuint)((2 * _perLayer * Layers * sizeof(float)) + Alignment)));
        _first = (float*)(((nuint)_memory + Alignment - 1) / Alignment * Alignment);
    }

    public int Layers { get; }

    /// <summary>Floats from one block of a layer to the next.</summary>
    public long BlockFloats { get; }

    /// <summary>A layer's keys, [blocks, kv_heads, block_tokens, head_dim].</summary>
    public float* Keys(int layer) => _first + (2 * layer * _perLayer);

    /// <summary>A layer's values, [blocks, kv_heads, block_tokens, head_dim].</summary>
    public float* Values(int layer) => Keys(layer) + _perLayer;

    /// <summary>Makes a block's content unreadable.</summary>
    public void Clear(int block)
    {
        for (var layer = 0; layer < Layers; layer++)
        {
            NativeMemory.Clear(Keys(layer) + (block * BlockFloats), (nuint)BlockFloats * sizeof(float));
            NativeMemory.Clear(Values(layer) + (block * BlockFloats), (nuint)BlockFloats * sizeof(float));
        }
    }

    public void Dispose() => NativeMemory.Free(_memory);
}
