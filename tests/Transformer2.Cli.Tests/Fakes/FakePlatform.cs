using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Transformer2.Cli.Tests;

/// <summary>A stand-in for the server: the real protocol over real sockets, with answers that a test chooses.</summary>
internal sealed class FakePlatform : IAsyncDisposable
{
    private readonly WebApplication _application;

    private FakePlatform(WebApplication application) => _application = application;

    /// <summary>What the generation service answers and was asked.</summary>
    public FakeGeneration Generation { get; } = new();

    /// <summary>The library.</summary>
    public FakeExperts Experts { get; } = new();

    /// <summary>The dispatch policy.</summary>
    public FakeAdaptation Adaptation { get; } = new();

    /// <summary>Data sets and trainings.</summary>
    public FakeTraining Training { get; } = new();

    /// <summary>The tenants.</summary>
    public FakeTenants Tenants { get; } = new();

    /// <summary>The gRPC address.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The authorization header of the last call.</summary>
    public string? Authorization { get; private set; }

    public static async Task<FakePlatform> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        FakePlatform? platform = null;
        builder.Services.AddSingleton(_ => platform!.Generation);
        builder.Services.AddSingleton(_ => platform!.Experts);
        builder.Services.AddSingleton(_ => platform!.Adaptation);
        builder.Services.AddSingleton(_ => platform!.Training);
        builder.Services.AddSingleton(_ => platform!.Tenants);
        var application = builder.Build();
        platform = new FakePlatform(application);
        application.Use(async (context, next) =>
        {
            platform.Authorization = context.Request.Headers.Authorization;
            await next(context);
        });
        application.MapGrpcService<FakeGeneration>();
        application.MapGrpcService<FakeExperts>();
        application.MapGrpcService<FakeAdaptation>();
        application.MapGrpcService<FakeTraining>();
        application.MapGrpcService<FakeTenants>();
        application.MapGrpcService<FakeCluster>();
        await application.StartAsync(TestContext.Current.CancellationToken);
        platform.Address = application.Urls.Single();
        return platform;
    }

    /// <summary>A refusal with its details, as the platform sends it.</summary>
    public static RpcException Refusal(StatusCode code, string reason, string message, params (string Key, string Value)[] metadata) =>
        Refusal(code, reason, message, retryAfter: null, metadata);

    /// <summary>A refusal that says when to try again.</summary>
    public static RpcException Refusal(
        StatusCode code, string reason, string message, TimeSpan? retryAfter, params (string Key, string Value)[] metadata)
    {
        var info = new ErrorInfo { Domain = "transformer2", Reason = reason };
        foreach (var (key, value) in metadata)
        {
            info.Metadata.Add(key, value);
        }

        var status = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { Any.Pack(info) } };
        if (retryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }

        return status.ToRpcException();
    }

    public async ValueTask DisposeAsync()
    {
        Generation.Release();
        await _application.DisposeAsync();
    }
}
