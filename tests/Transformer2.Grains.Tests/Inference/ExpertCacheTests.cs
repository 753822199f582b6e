using Microsoft.Extensions.Options;
using Transformer2.Experts;
using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

public class ExpertCacheTests
{
    private const int VectorBytes = 7 * sizeof(float);
    private static readonly TenantId Tenant = TenantId.Parse("demo");
    private readonly MemoryBlobStore _blobs = new();
    private readonly CancellationToken _cancellationToken = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expert_is_read_once_while_it_is_held()
    {
        var cache = Cache(10);
        var expert = await Store(1.5f);

        var first = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cache.Load(Tenant, [expert], _cancellationToken)));

        Assert.Equal(1, _blobs.Reads);
        Assert.Single(first.Select(loaded => loaded[0].Expert).Distinct());
        Assert.Equal(VectorBytes, cache.Bytes);
    }

    [Fact]
    public async Task The_least_recently_used_is_dropped_first()
    {
        var cache = Cache(2);
        var (a, b, c) = (await Store(1f), await Store(2f), await Store(3f));
        await cache.Load(Tenant, [a], _cancellationToken);
        await cache.Load(Tenant, [b], _cancellationToken);
        await cache.Load(Tenant, [a], _cancellationToken);
        await cache.Load(Tenant, [c], _cancellationToken);

        await cache.Load(Tenant, [a], _cancellationToken);
        Assert.Equal(3, _blobs.Reads);
        await cache.Load(Tenant, [b], _cancellationToken);

        Assert.Equal(4, _blobs.Reads);
        Assert.Equal(2 * VectorBytes, cache.Bytes);
    }

    [Fact]
    public async Task A_mixture_larger_than_the_cache_is_still_loaded()
    {
        var cache = Cache(1);
        DispatchedExpert[] experts = [await Store(1f), await Store(2f), await Store(3f)];

        var loaded = await cache.Load(Tenant, [.. experts], _cancellationToken);

        Assert.Equal([1f, 2f, 3f], loaded.Select(weighted => weighted.Expert.Multipliers["b.weight"].Span[0]));
        Assert.Equal(VectorBytes, cache.Bytes);
    }

    [Fact]
    public async Task An_exchanged_file_is_refused_and_a_repaired_one_is_read_again()
    {
        var cache = Cache(2);
        var expert = await Store(1.5f);
        _blobs.Exchange(Tenant, expert.Digest, ExpertBytes.Of(9f));
        await cache.Load(Tenant, [expert], _cancellationToken).Refused(ErrorReason.ExpertDamaged);
        Assert.Equal(0, cache.Bytes);

        _blobs.Exchange(Tenant, expert.Digest, ExpertBytes.Of(1.5f));

        Assert.Equal(1.5f, (await cache.Load(Tenant, [expert], _cancellationToken))[0].Expert.Multipliers["a.weight"].Span[0]);
    }

    [Fact]
    public async Task An_expert_for_another_base_model_is_refused()
    {
        var cache = Cache(2);
        var file = ExpertBytes.Of(1.5f, layout: FakeEngine.Layout with { BaseModel = $"sha256:{new string('e', 64)}" });
        var blob = await _blobs.PutAsync(Tenant, file, _cancellationToken);

        await cache.Load(Tenant, [new DispatchedExpert(ExpertId.Parse("old"), blob.Digest, 1)], _cancellationToken)
            .Refused(ErrorReason.BaseMismatch);
    }

    [Fact]
    public async Task Two_tenants_share_nothing()
    {
        var cache = Cache(2);
        var expert = await Store(1.5f);
        await cache.Load(Tenant, [expert], _cancellationToken);

        await cache.Load(TenantId.Parse("other"), [expert], _cancellationToken)
            .Refused(ErrorReason.ExpertNotFound);
    }

    [Fact]
    public async Task A_read_that_everybody_left_counts_all_the_same()
    {
        var cache = Cache(2);
        var expert = await Store(1.5f);
        var release = await Abandon(cache, expert);

        release();

        Assert.True(SpinWait.SpinUntil(() => cache.Bytes == VectorBytes, TimeSpan.FromSeconds(10)));
        await cache.Load(Tenant, [expert], _cancellationToken);
        Assert.Equal(1, _blobs.Reads);
    }

    // A read is under way, and the only one that asked for it has gone.
    private async Task<Action> Abandon(ExpertCache cache, DispatchedExpert expert)
    {
        var readable = new TaskCompletionSource();
        _blobs.Readable = readable.Task;
        await Abandoned(cache, expert);
        return readable.SetResult;
    }

    private static async Task Abandoned(ExpertCache cache, DispatchedExpert expert)
    {
        using var leaving = new CancellationTokenSource();
        var load = cache.Load(Tenant, [expert], leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => load);
    }

    private ExpertCache Cache(int vectors) =>
        new(_blobs, new FakeEngine(), Options.Create(new InferenceNodeOptions { ExpertCacheBytes = vectors * VectorBytes }));

    private async Task<DispatchedExpert> Store(float value)
    {
        var blob = await _blobs.PutAsync(Tenant, ExpertBytes.Of(value), _cancellationToken);
        return new(ExpertId.Parse("e"), blob.Digest, 1);
    }
}
