using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Architectures;

/// <summary>A cache whose rows take turns with their blocks, so that no row's blocks are neighbours.</summary>
internal sealed class CacheRows(Decoder model, int rows, int capacity) : IDisposable
{
    private const int BlockTokens = 4;
    private readonly int _perRow = (capacity + BlockTokens - 1) / BlockTokens;

    public KeyValueCache Cache { get; } = new(model.Config, 1 + (rows * ((capacity + BlockTokens - 1) / BlockTokens)), BlockTokens, model.DType, model.Device);

    public IReadOnlyList<int> Blocks(int row) => [.. Enumerable.Range(0, _perRow).Select(i => 1 + (i * rows) + row)];

    public void Clear(int row)
    {
        foreach (var block in Blocks(row)) Cache.ClearBlock(block);
    }

    public void Dispose() => Cache.Dispose();
}

internal static class CacheRowsExtensions
{
    public static Tensor Forward(
        this Decoder model, int[][] ids, int[] starts, CacheRows cache, int firstRow, RowExperts? experts = null, int[]? lengths = null) =>
        model.Forward(ids, starts, cache.Cache, [.. ids.Select((_, i) => cache.Blocks(firstRow + i))], experts, lengths);
}
