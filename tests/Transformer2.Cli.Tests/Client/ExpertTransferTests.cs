using System.Security.Cryptography;
using Grpc.Core;
using Transformer2.Client;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

public sealed class ExpertTransferTests
{
    private const int MaxChunk = 1 << 20;

    [Fact]
    public async Task An_upload_sends_size_and_checksum_ahead_and_then_the_file_in_chunks()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var client = ClientOf(platform);
        var file = RandomNumberGenerator.GetBytes(3_000_001);
        var progress = new List<TransferProgress>();

        var expert = await client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "math" },
            new MemoryStream(file),
            new ActionProgress<TransferProgress>(progress.Add),
            TestContext.Current.CancellationToken);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(file)), expert.Digest);
        Assert.Equal(expert.Digest, platform.Experts.Metadata!.Sha256);
        Assert.Equal(file.Length, platform.Experts.Metadata.SizeBytes);
        Assert.All(platform.Experts.Chunks, size => Assert.InRange(size, 1, MaxChunk));
        Assert.Equal(new TransferProgress(file.Length, file.Length), progress[^1]);
        Assert.Equal(progress.Select(step => step.Bytes).Order(), progress.Select(step => step.Bytes));
    }

    [Fact]
    public async Task A_refusal_in_the_middle_of_an_upload_comes_with_its_reason()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Experts.UploadFailure = FakePlatform.Refusal(StatusCode.ResourceExhausted, "TOO_LARGE", "Too large.", ("limit", "64"));
        using var client = ClientOf(platform);

        var refused = await Assert.ThrowsAsync<Transformer2Exception>(() => client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "math" }, new byte[30_000_000], TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.ResourceExhausted, "TOO_LARGE", "Too large."), (refused.StatusCode, refused.Reason, refused.Message));
        Assert.Equal("64", refused.Metadata["limit"]);
    }

    [Fact]
    public async Task A_source_that_cannot_be_read_ends_the_upload()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var client = ClientOf(platform);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "math" }, new ClosedStream(), cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_download_is_what_was_uploaded()
    {
        await using var platform = await FakePlatform.StartAsync();
        var file = RandomNumberGenerator.GetBytes(12_345);
        platform.Experts.Put("math", file);
        using var client = ClientOf(platform);
        using var destination = new MemoryStream();

        await client.Experts.DownloadAsync("math", destination, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(file, destination.ToArray());
    }

    [Fact]
    public async Task A_download_with_other_bytes_is_no_success()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Experts.Put("math", new byte[5000]);
        platform.Experts.Corrupts = true;
        using var client = ClientOf(platform);

        var refused = await Assert.ThrowsAsync<Transformer2Exception>(() => client.Experts.DownloadAsync(
            "math", Stream.Null, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StatusCode.DataLoss, "CHECKSUM_MISMATCH"), (refused.StatusCode, refused.Reason));
    }

    [Fact]
    public async Task A_listing_fetches_every_page()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Experts.PageSize = 2;
        foreach (var id in new[] { "a", "b", "c", "d", "e" })
        {
            platform.Experts.Put(id, [1]);
        }

        using var client = ClientOf(platform);

        var experts = await client.Experts.ListAsync(cancellationToken: TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a", "b", "c", "d", "e"], experts.Select(expert => expert.ExpertId));
        Assert.Equal(3, platform.Experts.Pages);
    }

    private static Transformer2Client ClientOf(FakePlatform platform) => new(new Transformer2ClientOptions { Address = new Uri(platform.Address) });

    private sealed class ClosedStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new ObjectDisposedException(nameof(ClosedStream));
    }
}
