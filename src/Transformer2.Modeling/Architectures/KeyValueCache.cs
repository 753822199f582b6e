using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Architectures;

/// <summary>
/// Preallocated keys and values of all layers in blocks of positions (PagedAttention, arXiv 2309.06180): a sequence has as many blocks as
/// it needs, wherever they are. Layout per layer [blocks, block_tokens, kv_heads, head_dim]. Block 0 belongs to nobody and stays zero.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Allocates 2 * layers * blocks * block_tokens * kv_heads * head_dim numbers.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="blocks">Number of blocks, the empty block 0 included.</param>
    /// <param name="blockTokens">Positions per block.</param>
    /// <param name="dtype">The model's number type.</param>
    /// <param name="device">The model's device.</param>
    public KeyValueCache(ModelConfig config, int blocks, int blockTokens, ScalarType dtype, Device device)
    {
        Blocks = blocks;
        BlockTokens = blockTokens;
        long[] shape = [blocks, blockTokens, config.KeyValueHeads, config.HeadDim];
        _keys = Allocate(config.Layers, shape, dtype, device);
        _values = Allocate(config.Layers, shape, dtype, device);
    }

    /// <summary>Number of blocks, the empty block 0 included.</summary>
    public int Blocks { get; }

    /// <summary>Positions per block.</summary>
    public int BlockTokens { get; }

    /// <summary>Bytes that one block takes.</summary>
    public static long BlockSize(ModelConfig config, int blockTokens, int bytesPerNumber) =>
        2L * config.Layers * blockTokens * config.KeyValueHeads * config.HeadDim * bytesPerNumber;

    /// <summary>Forgets a block, so that nothing of a sequence (a NaN, say) is left for the next one.</summary>
    public void ClearBlock(int block)
    {
        using var scope = NewDisposeScope();
        foreach (var cache in _keys.Concat(_values)) cache[block].zero_();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var cache in _keys.Concat(_values)) cache.Dispose();
    }

    internal (Tensor Keys, Tensor Values) Layer(int index) => (_keys[index], _values[index]);

    private static Tensor[] Allocate(int layers, long[] shape, ScalarType dtype, Device device) =>
        [.. Enumerable.Range(0, layers).Select(_ => zeros(shape, dtype, device).DetachFromDisposeScope())];
}

/// <summary>The part of a cache that one forward pass uses.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="Rows">The batch's size.</param>
/// <param name="Length">Positions to attend to, the new ones included.</param>
/// <param name="Blocks">Int64 [rows * blocks per row]: the rows' blocks, those of short rows filled up with the empty block.</param>
/// <param name="Slots">Int64 [rows * time]: block * block_tokens + place in the block of every new token.</param>
internal sealed record CacheWindow(KeyValueCache Cache, int Rows, int Length, Tensor Blocks, Tensor Slots)
{
    /// <summary>Writes the new keys and values ([batch, time, kv_heads, head_dim]) and returns all up to the length ([batch, length, kv_heads, head_dim]).</summary>
    public (Tensor Keys, Tensor Values) Append(int layer, Tensor key, Tensor value)
    {
        var (keys, values) = Cache.Layer(layer);
        return (Write(keys, key), Write(values, value));
    }

    private Tensor Write(Tensor cache, Tensor fresh)
    {
        cache.flatten(0, 1).index_copy_(0, Slots, fresh.flatten(0, 1));
        var blocks = cache.index_select(0, Blocks); // [rows * blocks per row, block_tokens, kv_heads, head_dim]
        return blocks.view(Rows, -1, blocks.shape[2], blocks.shape[3]).narrow(1, 0, Length);
    }
}
