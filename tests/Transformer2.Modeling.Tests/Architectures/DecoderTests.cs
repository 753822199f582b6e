using TorchSharp;
using Transformer2.Modeling.Architectures;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Tests.Architectures;

public sealed class DecoderTests
{
    [Fact]
    public void Passes_leave_no_tensor_behind_but_their_result()
    {
        using var model = TinyModel.Create(seed: 1);
        using var cache = new CacheRows(model, rows: 2, capacity: 16);
        using var ids = tensor(new long[] { 1, 2, 3 }, [1, 3]);
        Passes();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var i = 0; i < 5; i++) Passes();

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Passes()
        {
            using var guard = no_grad();
            using var whole = model.Forward(ids);
            using var cached = model.Forward([[1, 2], [3, 4]], [0, 0], cache, firstRow: 0);
            using var next = model.Forward([[5], [6]], [2, 2], cache, firstRow: 0);
            using var logits = model.Logits(next);
            cache.Clear(0);
        }
    }
}
