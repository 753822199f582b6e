using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>A library in memory.</summary>
internal sealed class FakeExperts : ExpertService.ExpertServiceBase
{
    private const int ChunkBytes = 1000;

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>The metadata of the last upload.</summary>
    public UploadExpertMetadata? Metadata { get; private set; }

    /// <summary>Sizes of the chunks of the last upload.</summary>
    public List<int> Chunks { get; } = [];

    /// <summary>Refuses an upload as soon as its metadata has come.</summary>
    public RpcException? UploadFailure { get; set; }

    /// <summary>Sends other bytes than are kept.</summary>
    public bool Corrupts { get; set; }

    /// <summary>Most experts of a page.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>How many pages were asked for.</summary>
    public int Pages { get; private set; }

    /// <summary>Puts a file into the library.</summary>
    public void Put(string id, byte[] file) => _files[id] = file;

    public override async Task<UploadExpertResponse> UploadExpert(
        IAsyncStreamReader<UploadExpertRequest> requests, ServerCallContext context)
    {
        using var file = new MemoryStream();
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            if (request.PayloadCase == UploadExpertRequest.PayloadOneofCase.Metadata)
            {
                Metadata = request.Metadata;
                if (UploadFailure is not null)
                {
                    throw UploadFailure;
                }
            }
            else
            {
                Chunks.Add(request.Chunk.Length);
                request.Chunk.WriteTo(file);
            }
        }

        Put(Metadata!.ExpertId, file.ToArray());
        return new UploadExpertResponse { Expert = Describe(Metadata.ExpertId) };
    }

    public override Task<GetExpertResponse> GetExpert(GetExpertRequest request, ServerCallContext context) =>
        Task.FromResult(new GetExpertResponse { Expert = Describe(request.Name) });

    public override Task<ListExpertsResponse> ListExperts(ListExpertsRequest request, ServerCallContext context)
    {
        Pages++;
        var rest = _files.Keys.Where(id => string.CompareOrdinal(id, request.PageToken) > 0).ToArray();
        var response = new ListExpertsResponse { Experts = { rest.Take(PageSize).Select(Describe) } };
        response.NextPageToken = rest.Length > PageSize ? response.Experts[^1].ExpertId : "";
        return Task.FromResult(response);
    }

    public override async Task DownloadExpert(
        DownloadExpertRequest request, IServerStreamWriter<DownloadExpertResponse> responses, ServerCallContext context)
    {
        await responses.WriteAsync(new DownloadExpertResponse { Expert = Describe(request.Name) });
        foreach (var chunk in _files[request.Name].Chunk(ChunkBytes))
        {
            chunk[0] += (byte)(Corrupts ? 1 : 0);
            await responses.WriteAsync(new DownloadExpertResponse { Chunk = ByteString.CopyFrom(chunk) });
        }
    }

    public override Task<DeleteExpertResponse> DeleteExpert(DeleteExpertRequest request, ServerCallContext context)
    {
        Describe(request.Name);
        _files.Remove(request.Name);
        return Task.FromResult(new DeleteExpertResponse());
    }

    private Expert Describe(string id) => _files.TryGetValue(id, out var file)
        ? new Expert
        {
            Name = $"tenants/demo/experts/{id}",
            ExpertId = id,
            DisplayName = Metadata?.DisplayName ?? "",
            SizeBytes = file.Length,
            Digest = Convert.ToHexStringLower(SHA256.HashData(file)),
        }
        : throw FakePlatform.Refusal(StatusCode.NotFound, "EXPERT_NOT_FOUND", $"There is no expert '{id}'.");
}
