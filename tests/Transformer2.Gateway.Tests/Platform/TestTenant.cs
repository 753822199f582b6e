using Google.Protobuf;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>A tenant as a client sees it.</summary>
internal sealed class TestTenant(TestPlatform platform, string id, string key, string keyName)
{
    public string Id { get; } = id;
    public string Key { get; } = key;
    public string KeyName { get; } = keyName;
    public Metadata Headers { get; } = TestPlatform.Key(key);

    /// <summary>Number of expert files that the platform keeps for the tenant.</summary>
    public int StoredFiles => Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Length : 0;

    private string Folder => Path.Combine(platform.DataPath, "experts", Id);

    public Task<Expert> Upload(string expert, byte[] file) => Upload(new UploadExpertMetadata { ExpertId = expert }, [file]);

    public async Task<Expert> Upload(UploadExpertMetadata metadata, IEnumerable<byte[]> chunks)
    {
        using var channel = platform.Connect();
        using var call = new ExpertService.ExpertServiceClient(channel).UploadExpert(Headers, cancellationToken: TestContext.Current.CancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(new() { Metadata = metadata });
            foreach (var chunk in chunks)
                await call.RequestStream.WriteAsync(new() { Chunk = ByteString.CopyFrom(chunk) });
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            // The server has ended the call early: its status says why.
        }

        return (await call.ResponseAsync).Expert;
    }

    public async Task<byte[]> Download(string expert)
    {
        using var call = platform.Experts.DownloadExpert(
            new() { Name = expert }, Headers, cancellationToken: TestContext.Current.CancellationToken);
        var bytes = new MemoryStream();
        await foreach (var message in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
            message.Chunk.WriteTo(bytes);
        return bytes.ToArray();
    }

    public async Task<List<GenerateResponse>> Generate(GenerateRequest request)
    {
        using var call = platform.Generation.Generate(request, Headers, cancellationToken: TestContext.Current.CancellationToken);
        return await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    public async Task<Dispatched> Dispatch(ExpertSelection selection) =>
        (await platform.Generation.DispatchAsync(new() { Selection = selection }, Headers)).Dispatched;

    public async Task<V1.Adaptation> Create(CreateAdaptationRequest request) => (await platform.Adaptation.CreateAdaptationAsync(request, Headers)).Adaptation;

    public async Task<V1.Adaptation> Get(string adaptation) => (await platform.Adaptation.GetAdaptationAsync(new() { Name = adaptation }, Headers)).Adaptation;

    /// <summary>Everything that is reported of a job until it ends.</summary>
    public async Task<List<V1.Adaptation>> Watch(string adaptation)
    {
        using var call = platform.Adaptation.WatchAdaptation(new() { Name = adaptation }, Headers, cancellationToken: TestContext.Current.CancellationToken);
        return await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken)
            .Select(change => change.Adaptation)
            .ToListAsync(TestContext.Current.CancellationToken);
    }
}
