using System.Text;
using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.Experts;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>A refused upload says why and leaves nothing behind.</summary>
public class UploadRefusalTests(PlatformFixture fixture)
{
    private static readonly ExpertLayout OtherBase = FakeEngine.Layout with { BaseModel = $"sha256:{new string('c', 64)}" };
    private static readonly ExpertLayout OtherDecomposition = FakeEngine.Layout with { Decomposition = $"sha256:{new string('d', 64)}" };
    private static readonly ExpertLayout OtherRanks = FakeEngine.Layout with { Ranks = new Dictionary<string, int> { ["a.weight"] = 5 } };
    private static readonly ExpertLayout OtherMatrices =
        FakeEngine.Layout with { Ranks = new Dictionary<string, int> { ["c.weight"] = 4 } };
    private readonly TestPlatform _platform = fixture.Platform;

    public static TheoryData<string, byte[]> BadFiles()
    {
        var valid = ExpertBytes.Of(1.5f);
        return new()
        {
            { "TOO_SHORT", [1, 2, 3] },
            { "HEADER_LENGTH", [.. Enumerable.Repeat((byte)0xff, 8), .. valid[8..]] },
            { "UNSUPPORTED_FORMAT", [.. "PK\u0003\u0004"u8, .. valid] },
            { "TRAILING_BYTES", [.. valid, 0] },
            { "OFFSETS", valid[..^1] },
            { "SHAPE_MISMATCH", ExpertBytes.Of(1.5f, layout: OtherRanks) },
            { "UNKNOWN_MATRIX", ExpertBytes.Of(1.5f, layout: OtherMatrices) },
            { "VALUE_RANGE", ExpertBytes.Of(1001f) },
            { "VALUE_RANGE", [.. valid[..^4], 0, 0, 0xc0, 0x7f] }, // NaN
            { "METADATA", [.. Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(valid).Replace("\"mlp\"", "\"mlq\"", StringComparison.Ordinal))] },
        };
    }

    [Theory, MemberData(nameof(BadFiles))]
    public async Task A_file_that_is_no_expert(string reason, byte[] file)
    {
        var tenant = await _platform.NewTenant();

        await tenant.Upload("math", file).Refused(StatusCode.InvalidArgument, reason);

        await NothingIsLeft(tenant);
    }

    [Fact]
    public async Task A_damaged_value_is_located()
    {
        var tenant = await _platform.NewTenant();
        var file = ExpertBytes.Of(1.5f);

        var refusal = await tenant.Upload("math", [.. file[..^4], 0, 0, 0xc0, 0x7f]).Refused(StatusCode.InvalidArgument, "VALUE_RANGE");

        Assert.Equal($"{file.Length - 4}", refusal.Info()!.Metadata["position"]);
    }

    [Fact]
    public async Task An_expert_of_another_model_or_decomposition()
    {
        var tenant = await _platform.NewTenant();

        var model = await tenant.Upload("math", ExpertBytes.Of(1.5f, layout: OtherBase))
            .Refused(StatusCode.FailedPrecondition, ErrorReason.BaseMismatch);
        await tenant.Upload("math", ExpertBytes.Of(1.5f, layout: OtherDecomposition))
            .Refused(StatusCode.FailedPrecondition, ErrorReason.DecompositionMismatch);

        Assert.Equal(
            (FakeEngine.Layout.BaseModel, OtherBase.BaseModel), (model.Info()!.Metadata["expected"], model.Info()!.Metadata["actual"]));
        await NothingIsLeft(tenant);
    }

    public static TheoryData<string, UploadExpertMetadata> BadMetadata() => new()
    {
        { "expert_id", new() },
        { "expert_id", new() { ExpertId = "../math" } },
        { "expert_id", new() { ExpertId = new string('a', 64) } },
        { "display_name", new() { ExpertId = "math", DisplayName = new string('a', 201) } },
        { "display_name", new() { ExpertId = "math", DisplayName = "a\u0000b" } },
        { "sha256", new() { ExpertId = "math", Sha256 = "abc" } },
        { "size_bytes", new() { ExpertId = "math", SizeBytes = 0 } },
        { "size_bytes", new() { ExpertId = "math", SizeBytes = -1 } },
    };

    [Theory, MemberData(nameof(BadMetadata))]
    public async Task Metadata_outside_its_range(string field, UploadExpertMetadata metadata)
    {
        var tenant = await _platform.NewTenant();

        var refusal = await tenant.Upload(metadata, [ExpertBytes.Of(1.5f)]).Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);

        Assert.Equal(field, refusal.Info()!.Metadata["field"]);
        await NothingIsLeft(tenant);
    }

    [Fact]
    public async Task A_size_or_checksum_that_is_not_as_stated()
    {
        var tenant = await _platform.NewTenant();
        var file = ExpertBytes.Of(1.5f);

        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", SizeBytes = file.Length + 1 }, [file])
            .Refused(StatusCode.InvalidArgument, ErrorReason.SizeMismatch);
        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", SizeBytes = file.Length - 1 }, [file])
            .Refused(StatusCode.InvalidArgument, ErrorReason.SizeMismatch);
        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", Sha256 = new string('0', 64) }, [file])
            .Refused(StatusCode.InvalidArgument, ErrorReason.ChecksumMismatch);

        await NothingIsLeft(tenant);
    }

    [Fact]
    public async Task A_file_that_is_too_large_stated_or_not()
    {
        var tenant = await _platform.NewTenant();

        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", SizeBytes = (64 << 20) + 1 }, [])
            .Refused(StatusCode.ResourceExhausted, ErrorReason.TooLarge);
        await tenant.Upload(new UploadExpertMetadata { ExpertId = "math" }, Enumerable.Repeat(new byte[1 << 20], 65))
            .Refused(StatusCode.ResourceExhausted, ErrorReason.TooLarge);

        await NothingIsLeft(tenant);
    }

    [Fact]
    public async Task Messages_in_a_wrong_order_or_of_a_wrong_size()
    {
        var tenant = await _platform.NewTenant();
        const string method = "transformer2.v1.ExpertService.UploadExpert";
        var metadata = Bytes(new() { Metadata = new() { ExpertId = "math" } });
        var chunk = Bytes(new() { Chunk = Google.Protobuf.ByteString.CopyFrom(1) });
        byte[][][] wrong =
        [
            [], [chunk], [[]], [metadata, metadata], [metadata, chunk, metadata], [metadata, []],
            [metadata, Bytes(new() { Chunk = Google.Protobuf.ByteString.Empty })],
            [metadata, Bytes(new() { Chunk = Google.Protobuf.ByteString.CopyFrom(new byte[(1 << 20) + 1]) })],
        ];

        foreach (var messages in wrong)
            await RawCall.Send(_platform, method, tenant.Headers, messages).Refused(StatusCode.InvalidArgument, ErrorReason.UploadProtocol);

        await RawCall.Send(_platform, method, tenant.Headers, metadata).Refused(StatusCode.InvalidArgument, "TOO_SHORT");
        await NothingIsLeft(tenant);
    }

    [Fact]
    public async Task A_client_that_sends_nothing_more()
    {
        await using var impatient = await TestPlatform.StartAsync(null, "--T2:Uploads:IdleTimeout=00:00:00.2");
        using var call = impatient.Experts.UploadExpert(TestPlatform.Key(impatient.Credentials.TenantKey));
        await call.RequestStream.WriteAsync(new() { Metadata = new() { ExpertId = "slow" } }, TestContext.Current.CancellationToken);

        await call.ResponseAsync.Refused(StatusCode.DeadlineExceeded, ErrorReason.UploadTimeout);
    }

    [Fact]
    public async Task A_client_that_gives_up()
    {
        var tenant = await _platform.NewTenant();
        using var call = _platform.Experts.UploadExpert(tenant.Headers);
        await call.RequestStream.WriteAsync(new() { Metadata = new() { ExpertId = "math" } }, TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(
            new() { Chunk = Google.Protobuf.ByteString.CopyFrom(ExpertBytes.Of(1.5f)) }, TestContext.Current.CancellationToken);

        call.Dispose();

        await NothingIsLeft(tenant);
    }

    private async Task NothingIsLeft(TestTenant tenant)
    {
        Assert.Empty((await _platform.Experts.ListExpertsAsync(new(), tenant.Headers)).Experts);
        Assert.Equal(0, tenant.StoredFiles);
    }

    private static byte[] Bytes(UploadExpertRequest message) => Google.Protobuf.MessageExtensions.ToByteArray(message);
}
