using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Transformer2.Engine;
using Transformer2.Grains.Inference;
using Transformer2.Hosting;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>The whole platform as it is composed for users, on free ports and a temporary directory, with a fake engine.</summary>
internal sealed class TestPlatform : IAsyncDisposable
{
    private TestPlatform(WebApplication app, string directory, FakeEngine engine)
    {
        App = app;
        Directory = directory;
        Engine = engine;
        var urls = app.Urls.ToArray();
        HttpAddress = new(urls[0]);
        GrpcAddress = new(urls[1]);
        Channel = Connect();
        Credentials = DevCredentials.Read(Path.Combine(DataPath, "dev-credentials.json"))!;
        Admin = Key(Credentials.AdminKey);
        var stopping = new TaskCompletionSource();
        app.Lifetime.ApplicationStopping.Register(stopping.SetResult);
        Stopping = stopping.Task;
        Tenants = new(Channel);
        Experts = new(Channel);
        Generation = new(Channel);
        Adaptation = new(Channel);
        Cluster = new(Channel);
    }

    public WebApplication App { get; }
    public string Directory { get; }
    public string DataPath => Path.Combine(Directory, "data");
    public FakeEngine Engine { get; }
    public Uri HttpAddress { get; }
    public Uri GrpcAddress { get; }
    public GrpcChannel Channel { get; }
    public DevCredentials Credentials { get; }
    public Metadata Admin { get; }
    public TenantService.TenantServiceClient Tenants { get; }
    public ExpertService.ExpertServiceClient Experts { get; }
    public GenerationService.GenerationServiceClient Generation { get; }
    public AdaptationService.AdaptationServiceClient Adaptation { get; }
    public ClusterService.ClusterServiceClient Cluster { get; }

    public static Metadata Key(string key) => new() { { "authorization", $"Bearer {key}" } };

    /// <summary>A directory with a model that the fake engine needs not read, and one bundled expert.</summary>
    public static string NewDirectory()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("t2-gateway-").FullName;
        System.IO.Directory.CreateDirectory(Path.Combine(directory, "model", "experts"));
        File.WriteAllText(Path.Combine(directory, "model", "config.json"), "{}");
        File.WriteAllBytes(Path.Combine(directory, "model", "experts", "math.safetensors"), ExpertBytes.Of(1.5f));
        return directory;
    }

    public static string[] Arguments(string directory) =>
    [
        $"--T2:DataDirectory={Path.Combine(directory, "data")}", $"--T2:ModelDirectory={Path.Combine(directory, "model")}",
        "--T2:HttpPort=0", "--T2:GrpcPort=0", "--Logging:LogLevel:Default=Critical", "--Logging:LogLevel:Transformer2=Critical",
    ];

    public static async Task<TestPlatform> StartAsync(string? directory = null, params string[] arguments)
    {
        var place = directory ?? NewDirectory();
        var engine = new FakeEngine();
        var app = PlatformHost.Create(
            [.. Arguments(place), .. arguments],
            (silo, _) => silo.AddInferenceNode((_, _) => Task.FromResult<IInferenceEngine>(engine)));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, place, engine);
    }

    /// <summary>
    /// A connection of its own. A call that is refused while the client still sends may cost the client its whole connection, with all other
    /// calls on it.
    /// </summary>
    public GrpcChannel Connect() => GrpcChannel.ForAddress(GrpcAddress);

    /// <summary>Stops in good order; the directory stays.</summary>
    public async Task StopAsync()
    {
        Channel.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }

    /// <summary>Completes once the host has begun to stop.</summary>
    public Task Stopping { get; }

    /// <summary>Begins to stop while connections are open.</summary>
    public Task BeginStop() => App.StopAsync();

    /// <summary>A new tenant with a key.</summary>
    public async Task<TestTenant> NewTenant()
    {
        var id = $"t-{Guid.NewGuid():n}";
        await Tenants.CreateTenantAsync(new() { TenantId = id }, Admin);
        var key = await Tenants.CreateApiKeyAsync(new() { Parent = id }, Admin);
        return new(this, id, key.Secret, key.ApiKey.Name);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>One platform for all tests of the assembly that do not stop it.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    internal TestPlatform Platform { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Platform = await TestPlatform.StartAsync();

    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}
