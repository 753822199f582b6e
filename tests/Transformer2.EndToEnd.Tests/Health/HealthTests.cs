using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class HealthTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("")]
    [InlineData("transformer2.v1.GenerationService")]
    public async Task The_health_service_answers_without_a_key(string service)
    {
        using var channel = platform.Server.Channel();

        var health = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = service }, cancellationToken: Token);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task Reflection_names_every_service()
    {
        using var channel = platform.Server.Channel();
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Token);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Token);
        await call.RequestStream.CompleteAsync();

        Assert.True(await call.ResponseStream.MoveNext(Token));
        var names = call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToArray();
        Assert.Superset(
            new[] { GenerationService.Descriptor, ExpertService.Descriptor, TenantService.Descriptor, ClusterService.Descriptor }
                .Select(service => service.FullName).ToHashSet(),
            names.ToHashSet());
    }

    [Theory]
    [InlineData("healthz")]
    [InlineData("readyz")]
    public async Task The_probes_answer(string path)
    {
        using var http = new HttpClient();

        using var response = await http.GetAsync(new Uri(platform.Server.Http, path), Token);

        Assert.True(response.IsSuccessStatusCode);
    }
}
