using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>Alone, because it counts what the whole process allocates.</summary>
[Collection(nameof(CompressedMessageTests)), CollectionDefinition(nameof(CompressedMessageTests), DisableParallelization = true)]
public class CompressedMessageTests(PlatformFixture fixture)
{
    private const int Inflated = 64 << 20;

    [Fact]
    public async Task A_message_that_inflates_beyond_the_limit_is_refused_before_it_is_inflated()
    {
        var tenant = await fixture.Platform.NewTenant();
        var message = Compress(new GenerateRequest { Prompt = new string('a', Inflated) }.ToByteArray());
        await Send(tenant, Compress(new GenerateRequest { Prompt = "x" }.ToByteArray()));

        var before = GC.GetTotalAllocatedBytes(precise: true);
        var status = await Send(tenant, message);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal("8", status);
        Assert.InRange(allocated, 0, 16 << 20);
    }

    private async Task<string> Send(TestTenant tenant, byte[] compressed)
    {
        var frame = new byte[5 + compressed.Length];
        frame[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), compressed.Length);
        compressed.CopyTo(frame, 5);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(fixture.Platform.GrpcAddress, "transformer2.v1.GenerationService/Generate"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.Add("te", "trailers");
        request.Headers.Add("grpc-encoding", "gzip");
        foreach (var header in tenant.Headers)
            request.Headers.Add(header.Key, header.Value);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return (response.TrailingHeaders.TryGetValues("grpc-status", out var values) ? values : response.Headers.GetValues("grpc-status")).Single();
    }

    private static byte[] Compress(byte[] message)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(message);
        return compressed.ToArray();
    }
}
