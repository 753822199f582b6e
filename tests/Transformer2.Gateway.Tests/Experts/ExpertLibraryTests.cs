using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

public class ExpertLibraryTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    [Fact]
    public async Task An_uploaded_file_is_described_listed_downloaded_and_deleted()
    {
        var tenant = await _platform.NewTenant();
        var file = ExpertBytes.Of(1.5f, "adds numbers");
        var sha256 = ContentDigest.Of(file).Value;
        var metadata = new UploadExpertMetadata { ExpertId = "math", DisplayName = "Maths", SizeBytes = file.Length, Sha256 = sha256 };

        var expert = await tenant.Upload(metadata, file.Chunk(7));

        Assert.Equal(("math", "Maths", $"tenants/{tenant.Id}/experts/math"), (expert.ExpertId, expert.DisplayName, expert.Name));
        Assert.Equal((sha256, file.Length, 7, 2), (expert.Digest, expert.SizeBytes, expert.ParameterCount, expert.MatrixCount));
        Assert.Equal(("math", "mlp", "adds numbers"), (expert.Task, expert.Modules, expert.Description));
        Assert.Equal(
            (FakeEngine.Layout.BaseModel, FakeEngine.Layout.Decomposition), (expert.BaseFingerprint, expert.DecompositionFingerprint));
        Assert.Equal(expert, (await _platform.Experts.GetExpertAsync(new() { Name = expert.Name }, tenant.Headers)).Expert);
        var list = await _platform.Experts.ListExpertsAsync(new() { Parent = $"tenants/{tenant.Id}" }, tenant.Headers);
        Assert.Equal([expert], list.Experts);
        Assert.Equal(file, await tenant.Download("math"));

        await _platform.Experts.DeleteExpertAsync(new() { Name = "math", Etag = expert.Etag }, tenant.Headers);

        await _platform.Experts.GetExpertAsync(new() { Name = "math" }, tenant.Headers)
            .Refused(StatusCode.NotFound, ErrorReason.ExpertNotFound);
        Assert.Equal(0, tenant.StoredFiles);
    }

    [Fact]
    public async Task A_list_is_paged_in_the_order_of_ids()
    {
        var tenant = await _platform.NewTenant();
        foreach (var id in new[] { "c", "a-1", "b", "a", "e" })
            await tenant.Upload(id, ExpertBytes.Of(1.5f));

        var first = await _platform.Experts.ListExpertsAsync(new() { PageSize = 3 }, tenant.Headers);
        await _platform.Experts.DeleteExpertAsync(new() { Name = "b" }, tenant.Headers);
        var second = await _platform.Experts.ListExpertsAsync(new() { PageSize = 3, PageToken = first.NextPageToken }, tenant.Headers);

        Assert.Equal(["a", "a-1", "b"], first.Experts.Select(expert => expert.ExpertId));
        Assert.Equal(["c", "e"], second.Experts.Select(expert => expert.ExpertId));
        Assert.Empty(second.NextPageToken);
        await _platform.Experts.ListExpertsAsync(new() { PageToken = "?" }, tenant.Headers)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
        await _platform.Experts.ListExpertsAsync(new() { PageSize = -1 }, tenant.Headers)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
    }

    [Fact]
    public async Task The_same_file_again_changes_nothing_and_another_is_refused()
    {
        var tenant = await _platform.NewTenant();
        var first = await tenant.Upload("math", ExpertBytes.Of(1.5f));

        Assert.Equal(first, await tenant.Upload("math", ExpertBytes.Of(1.5f)));
        await tenant.Upload("math", ExpertBytes.Of(2f)).Refused(StatusCode.AlreadyExists, ErrorReason.ExpertExists);

        Assert.Equal(ExpertBytes.Of(1.5f), await tenant.Download("math"));
        Assert.Equal(1, tenant.StoredFiles);
    }

    [Fact]
    public async Task An_etag_replaces_only_what_was_seen()
    {
        var tenant = await _platform.NewTenant();
        var first = await tenant.Upload("math", ExpertBytes.Of(1.5f));
        var second = await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", Etag = first.Etag }, [ExpertBytes.Of(2f)]);

        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", Etag = first.Etag }, [ExpertBytes.Of(3f)])
            .Refused(StatusCode.FailedPrecondition, ErrorReason.EtagMismatch);
        await _platform.Experts.DeleteExpertAsync(new() { Name = "math", Etag = first.Etag }, tenant.Headers)
            .Refused(StatusCode.FailedPrecondition, ErrorReason.EtagMismatch);

        Assert.NotEqual(first.Etag, second.Etag);
        Assert.Equal(ExpertBytes.Of(2f), await tenant.Download("math"));
        // The replaced file stays for a while.
        Assert.Equal(2, tenant.StoredFiles);
    }

    [Fact]
    public async Task A_file_that_two_experts_share_stays_until_both_are_gone()
    {
        var tenant = await _platform.NewTenant();
        await tenant.Upload("a", ExpertBytes.Of(1.5f));
        await tenant.Upload("b", ExpertBytes.Of(1.5f));
        Assert.Equal(1, tenant.StoredFiles);

        await _platform.Experts.DeleteExpertAsync(new() { Name = "a" }, tenant.Headers);
        Assert.Equal(ExpertBytes.Of(1.5f), await tenant.Download("b"));
        await _platform.Experts.DeleteExpertAsync(new() { Name = "b" }, tenant.Headers);

        Assert.Equal(0, tenant.StoredFiles);
    }

    [Fact]
    public async Task A_damaged_file_is_never_handed_out()
    {
        var tenant = await _platform.NewTenant();
        await tenant.Upload("math", ExpertBytes.Of(1.5f));
        var path = Directory.GetFiles(Path.Combine(_platform.DataPath, "experts", tenant.Id)).Single();
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        await tenant.Download("math").Refused(StatusCode.DataLoss, ErrorReason.ExpertDamaged);
        await tenant.Generate(new() { Prompt = "x", Selection = GenerationTests.Named("math") })
            .Refused(StatusCode.DataLoss, ErrorReason.ExpertDamaged);
        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math-2" }, [ExpertBytes.Of(1.5f)]);

        Assert.Equal(ExpertBytes.Of(1.5f), await tenant.Download("math"));
    }
}
