using Transformer2.Kernels.Attention;

namespace Transformer2.Engine.Tests.Runners;

public sealed unsafe class SimdCacheTests
{
    [Theory]
    [InlineData(KvType.F32)]
    [InlineData(KvType.BF16)]
    public void Of_a_cleared_block_no_byte_is_left_in_any_layer_and_its_neighbours_stay(KvType type)
    {
        var layout = new KvLayout(kvHeads: 2, headDim: 10, blockTokens: 16, type); // a head that is no whole vector
        using var cache = new SimdCache(layout, layers: 3, blocks: 4);
        var canary = Enumerable.Repeat(1234.5f, 20).ToArray();
        for (var layer = 0; layer < 3; layer++)
        {
            for (var block = 1; block < 4; block++)
            {
                for (var slot = 0; slot < 16; slot++) layout.Write(cache.Block(layer, block), slot, canary, canary);
            }
        }

        cache.Clear(2);

        for (var layer = 0; layer < 3; layer++)
        {
            Assert.False(Bytes(layer, 2).ContainsAnyExcept((byte)0));
            Assert.True(Bytes(layer, 1).ContainsAnyExcept((byte)0));
            Assert.True(Bytes(layer, 3).ContainsAnyExcept((byte)0));
        }

        Span<byte> Bytes(int layer, int block) => new(cache.Block(layer, block), (int)layout.BlockBytes);
    }
}
