using Grpc.Core;
using Grpc.Health.V1;
using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

public class HealthTests
{
    [Fact]
    public async Task Health_follows_the_engine_and_needs_no_key()
    {
        await using var platform = await TestPlatform.StartAsync();
        var health = new Health.HealthClient(platform.Channel);
        using var http = new HttpClient { BaseAddress = platform.HttpAddress };
        var cancellationToken = TestContext.Current.CancellationToken;

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await health.CheckAsync(new())).Status);
        var service = await health.CheckAsync(new() { Service = "transformer2.v1.GenerationService" });
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, service.Status);
        Assert.Equal(200, (int)(await http.GetAsync("/readyz", cancellationToken)).StatusCode);
        platform.Engine.Faulted = true;

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new())).Status);
        Assert.Equal(503, (int)(await http.GetAsync("/readyz", cancellationToken)).StatusCode);
        Assert.Equal(200, (int)(await http.GetAsync("/healthz", cancellationToken)).StatusCode);
        Assert.Contains("Transformer2.Platform", await http.GetStringAsync("/", cancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reflection_answers_in_development_only()
    {
        const string reflection = "grpc.reflection.v1.ServerReflection.ServerReflectionInfo";
        await using var production = await TestPlatform.StartAsync();
        await using var development = await TestPlatform.StartAsync(null, "--environment=Development");
        var listServices = new byte[] { 0x3a, 0x00 };

        await RawCall.Send(development, reflection, null, listServices);
        await RawCall.Send(production, reflection, production.Admin, listServices)
            .Refused(StatusCode.Unimplemented, ErrorReason.UnknownMethod);
    }
}
