using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Architectures;

/// <summary>
/// Preallocated keys and values of all layers: one row per sequence, one slot per position. Layout per layer
/// [rows, capacity, kv_heads, head_dim], so that a step of any shape writes with one indexed copy and reads a view.
/// </summary>
public sealed class KeyValueCache : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    /// <summary>Allocates 2 * layers * rows * capacity * kv_heads * head_dim numbers.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="rows">Most sequences at once.</param>
    /// <param name="capacity">Most positions per sequence.</param>
    /// <param name="dtype">The model's number type.</param>
    /// <param name="device">The model's device.</param>
    public KeyValueCache(ModelConfig config, int rows, int capacity, ScalarType dtype, Device device)
    {
        Rows = rows;
        Capacity = capacity;
        long[] shape = [rows, capacity, config.KeyValueHeads, config.HeadDim];
        _keys = Allocate(config.Layers, shape, dtype, device);
        _values = Allocate(config.Layers, shape, dtype, device);
    }

    /// <summary>Most sequences at once.</summary>
    public int Rows { get; }

    /// <summary>Most positions per sequence.</summary>
    public int Capacity { get; }

    /// <summary>Bytes that such a cache takes.</summary>
    public static long SizeOf(ModelConfig config, int rows, int capacity, ScalarType dtype) =>
        (long)Math.Min(long.MaxValue, 2.0 * config.Layers * rows * capacity * config.KeyValueHeads * config.HeadDim * dtype.ElementSize());

    /// <summary>Copies a sequence's first <paramref name="length"/> positions to another row.</summary>
    public void CopyRow(int from, int to, int length)
    {
        using var scope = NewDisposeScope();
        foreach (var cache in _keys.Concat(_values))
            cache[to].narrow(0, 0, length).copy_(cache[from].narrow(0, 0, length));
    }

    /// <summary>Forgets a row's first positions, so that nothing of a sequence (a NaN, say) is left for the next one.</summary>
    public void ClearRow(int row, int length)
    {
        using var scope = NewDisposeScope();
        foreach (var cache in _keys.Concat(_values)) cache[row].narrow(0, 0, length).zero_();
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

/// <summary>The part of a cache that one forward pass uses: adjacent rows, positions up to a length.</summary>
/// <param name="Cache">The cache.</param>
/// <param name="FirstRow">Row of the batch's first sequence.</param>
/// <param name="Rows">The batch's size.</param>
/// <param name="Length">Positions to attend to, the new ones included.</param>
/// <param name="Slots">Int64 [batch * time]: row * capacity + position of every new token.</param>
internal sealed record CacheWindow(KeyValueCache Cache, int FirstRow, int Rows, int Length, Tensor Slots)
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
        return cache.narrow(0, FirstRow, Rows).narrow(1, 0, Length);
    }
}
