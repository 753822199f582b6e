using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Files that are no experts, or not for this model: refused with a reason, nothing kept, and the server goes on.</summary>
public sealed class BadUploadTests(PlatformFixture platform)
{
    private const int MaxFileBytes = 64 << 20;
    private const int MaxChunkBytes = 1 << 20;

    private static readonly string OtherFingerprint = "sha256:" + new string('0', 64);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, (Func<TestTenant, Task<byte[]>> File, StatusCode Status, string Reason)> Cases = new()
    {
        ["empty"] = (_ => Task.FromResult<byte[]>([]), StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["seven bytes"] = (_ => Task.FromResult<byte[]>([2, 0, 0, 0, 0, 0, 0]), StatusCode.InvalidArgument, "TOO_SHORT"),
        ["noise"] = (_ => Task.FromResult(Noise()), StatusCode.InvalidArgument, "HEADER_LENGTH"),
        ["pickle in zip"] = (_ => Task.FromResult<byte[]>([0x50, 0x4b, 3, 4, .. new byte[60]]), StatusCode.InvalidArgument, "UNSUPPORTED_FORMAT"),
        ["header is no JSON"] = (_ => Task.FromResult(WithHeader("{{{")), StatusCode.InvalidArgument, "HEADER_FORMAT"),
        ["header nests"] = (_ => Task.FromResult(WithHeader(new string('[', 10_000))), StatusCode.InvalidArgument, "HEADER_FORMAT"),
        ["truncated"] = (async tenant => (await tenant.ExpertFileAsync(1))[..^4], StatusCode.InvalidArgument, "OFFSETS"),
        ["trailing bytes"] = (async tenant => [.. await tenant.ExpertFileAsync(1), 0], StatusCode.InvalidArgument, "TRAILING_BYTES"),
        ["NaN inside"] = (WithNaN, StatusCode.InvalidArgument, "VALUE_RANGE"),
        ["another base model"] = (
            tenant => tenant.ExpertFileAsync(1, metadata => metadata with { BaseModel = OtherFingerprint }),
            StatusCode.FailedPrecondition,
            "BASE_MISMATCH"),
        ["another decomposition"] = (
            tenant => tenant.ExpertFileAsync(1, metadata => metadata with { Decomposition = OtherFingerprint }),
            StatusCode.FailedPrecondition,
            "DECOMPOSITION_MISMATCH"),
        ["no fingerprint"] = (
            tenant => tenant.ExpertFileAsync(1, metadata => metadata with { BaseModel = null }), StatusCode.InvalidArgument, "METADATA_MISSING"),
        ["over 64 MiB"] = (_ => Task.FromResult(new byte[MaxFileBytes + 1]), StatusCode.ResourceExhausted, "TOO_LARGE"),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task A_file_that_does_not_fit_is_refused_and_leaves_nothing_behind(string name)
    {
        using var tenant = await platform.NewTenantAsync();
        var (content, status, reason) = Cases[name];
        var file = await content(tenant);

        var refused = await Refusal.Expect(status, reason, () => tenant.Client.Experts.UploadAsync(
            new UploadExpertMetadata { ExpertId = "bad" }, file, Token));

        Assert.DoesNotContain("Exception", refused.Message, StringComparison.Ordinal);
        await AssertNothingKept(tenant);
        await tenant.UploadAsync("bad", 1);
    }

    [Fact]
    public async Task A_size_that_is_too_large_is_refused_before_the_file_is_sent()
    {
        using var tenant = await platform.NewTenantAsync();

        await RefusedAsync(tenant, StatusCode.ResourceExhausted, "TOO_LARGE", Metadata(metadata => metadata.SizeBytes = MaxFileBytes + 1L));
    }

    [Fact]
    public async Task Messages_out_of_order_are_refused()
    {
        using var tenant = await platform.NewTenantAsync();
        var file = await tenant.ExpertFileAsync(1);

        await RefusedAsync(tenant, StatusCode.InvalidArgument, "UPLOAD_PROTOCOL", Chunk(file));
        await RefusedAsync(tenant, StatusCode.InvalidArgument, "UPLOAD_PROTOCOL", Metadata(), Metadata());
        await RefusedAsync(tenant, StatusCode.InvalidArgument, "UPLOAD_PROTOCOL", new UploadExpertRequest());
        await RefusedAsync(tenant, StatusCode.InvalidArgument, "UPLOAD_PROTOCOL", Metadata(), Chunk([]));
        await RefusedAsync(tenant, StatusCode.InvalidArgument, "UPLOAD_PROTOCOL", Metadata(), Chunk(new byte[MaxChunkBytes + 1]));
    }

    [Fact]
    public async Task A_file_that_is_not_what_was_announced_is_refused()
    {
        using var tenant = await platform.NewTenantAsync();
        var file = await tenant.ExpertFileAsync(1);

        await RefusedAsync(
            tenant, StatusCode.InvalidArgument, "CHECKSUM_MISMATCH", Metadata(metadata => metadata.Sha256 = new string('0', 64)), Chunk(file));
        await RefusedAsync(
            tenant, StatusCode.InvalidArgument, "SIZE_MISMATCH", Metadata(metadata => metadata.SizeBytes = file.Length + 1), Chunk(file));
        await RefusedAsync(
            tenant, StatusCode.InvalidArgument, "SIZE_MISMATCH", Metadata(metadata => metadata.SizeBytes = file.Length - 1), Chunk(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER")]
    [InlineData("-a")]
    [InlineData("../../etc/passwd")]
    [InlineData("a.b")]
    [InlineData("tenants/demo/experts/a/b")]
    public async Task An_id_outside_the_alphabet_is_refused(string id)
    {
        using var tenant = await platform.NewTenantAsync();

        await RefusedAsync(
            tenant, StatusCode.InvalidArgument, "INVALID_FIELD", Metadata(metadata => metadata.ExpertId = id), Chunk(await tenant.ExpertFileAsync(1)));
    }

    private static UploadExpertRequest Metadata(Action<UploadExpertMetadata>? change = null)
    {
        var metadata = new UploadExpertMetadata { ExpertId = "bad" };
        change?.Invoke(metadata);
        return new UploadExpertRequest { Metadata = metadata };
    }

    private static UploadExpertRequest Chunk(byte[] bytes) => new() { Chunk = ByteString.CopyFrom(bytes) };

    private async Task RefusedAsync(TestTenant tenant, StatusCode status, string reason, params UploadExpertRequest[] messages)
    {
        using var channel = platform.Server.Channel();
        var stub = new ExpertService.ExpertServiceClient(channel);
        await Refusal.ExpectRaw(status, reason, async () =>
        {
            using var call = stub.UploadExpert(new Metadata { { "x-api-key", tenant.Key } }, cancellationToken: Token);
            try
            {
                foreach (var message in messages)
                {
                    await call.RequestStream.WriteAsync(message, Token);
                }

                await call.RequestStream.CompleteAsync();
            }
            catch (Exception exception) when (exception is RpcException or InvalidOperationException)
            {
                // Refused before everything was sent.
            }

            await call.ResponseAsync;
        });
        await AssertNothingKept(tenant);
    }

    private async Task AssertNothingKept(TestTenant tenant)
    {
        Assert.Empty(await tenant.Client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token));
        var files = Directory.GetFiles(platform.Server.DataDirectory, "*", SearchOption.AllDirectories)
            .Where(path => path.Contains($"{Path.DirectorySeparatorChar}experts{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && path.Contains(tenant.Id + Path.DirectorySeparatorChar, StringComparison.Ordinal));
        Assert.Empty(files);
    }

    private static byte[] Noise()
    {
        var bytes = new byte[4096];
        new Random(5).NextBytes(bytes);
        return bytes;
    }

    private static byte[] WithHeader(string header)
    {
        var bytes = new byte[8 + header.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)header.Length);
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(8));
        return bytes;
    }

    private static async Task<byte[]> WithNaN(TestTenant tenant)
    {
        var file = await tenant.ExpertFileAsync(1);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(^4), float.NaN);
        return file;
    }
}
