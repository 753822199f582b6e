using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.TestingHost;
using Transformer2.Engine;
using Transformer2.Grains.Inference;

namespace Transformer2.Grains.Tests;

/// <summary>Two silos, so that what grains say to each other is really serialised, over one storage that outlives activations.</summary>
public sealed class GrainCluster : IAsyncLifetime
{
    /// <summary>Collection of the tests that end activations, one at a time: they end those of all tests.</summary>
    internal const string Forgetting = "forgetting";

    internal static readonly TimeSpan ReplacedGrace = TimeSpan.FromSeconds(2);

    internal InProcessTestCluster Cluster { get; private set; } = null!;

    internal FakeEngine Engine { get; } = new();

    internal MemoryBlobStore Blobs { get; } = new();

    internal MemoryBlobStore Datasets { get; } = new();

    internal MemoryBlobStore Questions { get; } = new();

    internal IGrainFactory Grains => Cluster.Client;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            var json = new SystemTextJsonGrainStorageSerializer(Options.Create(new SystemTextJsonGrainStorageSerializerOptions()));
            silo.AddMemoryGrainStorageAsDefault(storage => storage.GrainStorageSerializer = json);
            silo.Services.AddSingleton<IExpertBlobStore>(Blobs);
            silo.Services.AddSingleton<IDatasetBlobStore>(Datasets);
            silo.Services.AddSingleton<IQuestionBlobStore>(Questions);
            silo.Services.Configure<PlatformLimits>(
                limits => (limits.MaxExperts, limits.MaxExpertBytes, limits.MaxApiKeys, limits.MaxAdaptations, limits.ReplacedGrace, limits.MaxDatasets, limits.MaxDatasetBytes) =
                    (5, 100_000, 3, 3, ReplacedGrace, 3, 1000));
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
            silo.AddPlatformGrains();
            silo.AddInferenceNode((_, _) => Task.FromResult<IInferenceEngine>(Engine));
        });
        Cluster = builder.Build();
        await Cluster.DeployAsync();
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();

    /// <summary>A new tenant. The test enters its scope by itself, because a scope ends with the method that entered it.</summary>
    internal async Task<TenantId> NewTenant()
    {
        var id = TenantId.Parse($"t-{Guid.NewGuid():n}");
        CallerScope.EnterPlatform();
        await Grains.GetGrain<ITenantDirectoryGrain>(ITenantDirectoryGrain.Key).Create(id, "Test");
        return id;
    }

    /// <summary>Stores and commits an expert.</summary>
    internal async Task<ExpertRecord> Put(TenantId tenant, string id, float value, bool overwrite = false)
    {
        var file = ExpertBytes.Of(value);
        var blob = await Blobs.PutAsync(tenant, file);
        return await Library(tenant).Put(new(ExpertId.Parse(id), file.Length, overwrite, null), id, Content(blob.Digest, file.Length));
    }

    internal IExpertLibraryGrain Library(TenantId tenant) => Grains.GetGrain<IExpertLibraryGrain>(tenant.Value);

    /// <summary>Ends all activations, so that grains come back from what is stored.</summary>
    internal Task Forget() => Cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    internal static ExpertContent Content(ContentDigest digest, long size) => new()
    {
        Digest = digest,
        SizeBytes = size,
        ParameterCount = 7,
        MatrixCount = 2,
        BaseFingerprint = FakeEngine.Layout.BaseModel,
        DecompositionFingerprint = FakeEngine.Layout.Decomposition,
    };
}
