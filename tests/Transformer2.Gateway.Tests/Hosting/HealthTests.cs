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
        Assert.Equal((200, "Healthy"), await Get("/readyz"));
        Assert.Equal((200, "Healthy"), await Get("/healthz"));
        platform.Engine.Faulted = true;

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await health.CheckAsync(new())).Status);
        Assert.Equal((503, "Unhealthy\nThe engine has ended with an error."), await Get("/readyz"));
        Assert.Equal((503, "Unhealthy\nThe engine has ended with an error."), await Get("/healthz"));
        Assert.Contains("Transformer2.Platform", await http.GetStringAsync("/", cancellationToken), StringComparison.Ordinal);

        async Task<(int Status, string Body)> Get(string path)
        {
            using var response = await http.GetAsync(path, cancellationToken);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
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
