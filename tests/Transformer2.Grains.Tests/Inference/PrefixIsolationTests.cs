using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;
using Transformer2.Engine;
using Transformer2.Grains.Inference;
using Transformer2.TestKit;

namespace Transformer2.Grains.Tests;

/// <summary>A real engine behind the grain.</summary>
public sealed class PrefixIsolationTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private InProcessTestCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        TinyModelFolder.Write(_folder.Path);
        var options = new EngineOptions { ModelDirectory = _folder.Path, Decompose = false, Threads = 1 };
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<IExpertBlobStore>(new MemoryBlobStore());
            silo.Services.AddSingleton<IDatasetBlobStore>(new MemoryBlobStore());
            silo.Services.AddSingleton<IQuestionBlobStore>(new MemoryBlobStore());
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
            silo.AddMemoryGrainStorageAsDefault();
            silo.AddPlatformGrains();
            silo.AddInferenceNode(async (_, token) => await InferenceEngine.LoadAsync(options, NullLogger.Instance, cancellationToken: token));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_computed_for_a_prompt_is_of_use_to_its_tenant_alone()
    {
        var (acme, zeta) = (TenantId.Parse("acme"), TenantId.Parse("zeta"));
        var prompt = new string('p', 50); // as many tokens, of which 32 fill a block

        Assert.Equal(0, await Cached(acme));
        Assert.Equal(32, await Cached(acme));
        Assert.Equal(0, await Cached(zeta));
        Assert.Equal(32, await Cached(zeta));

        async Task<int> Cached(TenantId tenant)
        {
            CallerScope.EnterTenant(tenant);
            var spec = new GenerationSpec { RequestId = "r", Text = prompt, MaxTokens = 1 };
            var events = await _cluster.Client.GetGrain<IInferenceNodeGrain>(IInferenceNodeGrain.SingleNode)
                .Generate(new(tenant, DispatchStrategy.Base, DispatchTarget.Base), spec, TestContext.Current.CancellationToken)
                .ToListAsync(TestContext.Current.CancellationToken);
            return Assert.IsType<GenerationEventRecord.Completed>(events[^1]).CachedPromptTokens;
        }
    }
}
