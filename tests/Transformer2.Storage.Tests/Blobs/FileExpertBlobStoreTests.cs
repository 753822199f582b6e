using Microsoft.Extensions.Time.Testing;
using Transformer2.Abstractions;
using Transformer2.Experts;

namespace Transformer2.Storage.Tests.Blobs;

public sealed class FileExpertBlobStoreTests : IDisposable
{
    private static readonly TenantId Demo = TenantId.Parse("demo");
    private static readonly TenantId Other = TenantId.Parse("other");
    private static readonly byte[] Content = [1, 2, 3, 4];

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FileExpertBlobStore _store;

    public FileExpertBlobStoreTests() => _store = new FileExpertBlobStore(_folder.Path, _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_stored_is_read_also_by_a_new_store()
    {
        var blob = await _store.PutAsync(Demo, Content, Token);
        Assert.Equal(new StoredBlob(ContentDigest.Of(Content), 4, _time.GetUtcNow()), blob);
        var again = new FileExpertBlobStore(_folder.Path, _time);
        Assert.Equal(Content, await again.GetAsync(Demo, blob.Digest, Token));
        Assert.True(await again.ExistsAsync(Demo, blob.Digest, Token));
        Assert.Equal([blob], await List(Demo));
        Assert.True(File.Exists(_folder.File($"demo/{blob.Digest}.safetensors")));
    }

    [Fact]
    public async Task Storing_twice_keeps_one_file_and_refreshes_its_time()
    {
        await _store.PutAsync(Demo, Content, Token);
        _time.Advance(TimeSpan.FromHours(3));
        var second = await _store.PutAsync(Demo, Content, Token);
        Assert.Equal(_time.GetUtcNow(), second.WriteTime);
        Assert.Equal([second], await List(Demo));
    }

    [Fact]
    public async Task Concurrent_stores_of_one_content_all_succeed()
    {
        var blobs = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _store.PutAsync(Demo, Content, Token)));
        Assert.Single(blobs.Distinct());
        Assert.Equal(Content, await _store.GetAsync(Demo, blobs[0].Digest, Token));
    }

    [Fact]
    public async Task Tenants_share_nothing()
    {
        var blob = await _store.PutAsync(Demo, Content, Token);
        Assert.Null(await _store.GetAsync(Other, blob.Digest, Token));
        Assert.False(await _store.ExistsAsync(Other, blob.Digest, Token));
        Assert.Empty(await List(Other));

        await _store.PutAsync(Other, Content, Token);
        await _store.DeleteAsync(Demo, blob.Digest, Token);
        Assert.Null(await _store.GetAsync(Demo, blob.Digest, Token));
        Assert.Equal(Content, await _store.GetAsync(Other, blob.Digest, Token));
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_no_error()
    {
        await _store.DeleteAsync(Demo, ContentDigest.Of(Content), Token);
        Assert.Null(await _store.GetAsync(Demo, ContentDigest.Of(Content), Token));
    }

    [Fact]
    public async Task A_file_that_was_tampered_with_is_never_handed_out_and_storing_heals_it()
    {
        var blob = await _store.PutAsync(Demo, Content, Token);
        var path = _folder.File($"demo/{blob.Digest}.safetensors");
        byte[][] damages = [[], [1, 2, 3], [1, 2, 3, 5], [1, 2, 3, 4, 0]];
        foreach (var damage in damages)
        {
            await File.WriteAllBytesAsync(path, damage, Token);
            var fault = await Assert.ThrowsAsync<PlatformException>(() => _store.GetAsync(Demo, blob.Digest, Token));
            Assert.Equal(ErrorReason.ExpertDamaged, fault.Reason);
        }

        await _store.PutAsync(Demo, Content, Token);
        Assert.Equal(Content, await _store.GetAsync(Demo, blob.Digest, Token));
    }

    [Fact]
    public async Task Leftovers_of_a_crash_are_ignored_and_later_removed()
    {
        var blob = await _store.PutAsync(Demo, Content, Token);
        var leftover = _folder.File($"demo/{ContentDigest.Of("x"u8)}.safetensors.0123{AtomicFile.TemporaryExtension}");
        await File.WriteAllBytesAsync(leftover, [1], Token);
        File.SetLastWriteTimeUtc(leftover, _time.GetUtcNow().UtcDateTime);
        await File.WriteAllBytesAsync(_folder.File("demo/readme.safetensors"), [1], Token);
        Assert.Equal([blob], await List(Demo));

        _store.RemoveLeftovers(Demo, TimeSpan.FromHours(1));
        Assert.True(File.Exists(leftover));
        _time.Advance(TimeSpan.FromHours(2));
        _store.RemoveLeftovers(Other, TimeSpan.FromHours(1));
        Assert.True(File.Exists(leftover));
        _store.RemoveLeftovers(Demo, TimeSpan.FromHours(1));
        Assert.False(File.Exists(leftover));
        Assert.Equal([blob], await List(Demo));
    }

    [Fact]
    public async Task Tenants_are_found_by_their_files()
    {
        Assert.Empty(new FileExpertBlobStore(_folder.File("none"), _time).Tenants());
        await _store.PutAsync(Demo, Content, Token);
        await _store.PutAsync(Other, Content, Token);
        Directory.CreateDirectory(_folder.File("Not A Tenant"));

        Assert.Equal([Demo, Other], _store.Tenants().OrderBy(tenant => tenant.Value));
    }

    [Fact]
    public async Task Ids_that_were_never_given_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _store.GetAsync(default, ContentDigest.Of(Content), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.GetAsync(Demo, default, Token));
    }

    private async Task<List<StoredBlob>> List(TenantId tenant)
    {
        var blobs = new List<StoredBlob>();
        await foreach (var blob in _store.ListAsync(tenant, Token))
        {
            blobs.Add(blob);
        }

        return blobs;
    }
}
