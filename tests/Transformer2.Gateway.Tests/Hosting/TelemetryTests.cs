using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Transformer2.Gateway.Tests;

public class TelemetryTests
{
    [Fact]
    public async Task Metrics_are_open_and_hold_no_key_and_no_prompt()
    {
        await using var platform = await TestPlatform.StartAsync();
        var tenant = await platform.NewTenant();
        await tenant.Generate(new() { Prompt = "a prompt that nobody else reads", RequestId = "request-of-nobody-else" });
        using var http = new HttpClient { BaseAddress = platform.HttpAddress };

        var text = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Contains("\nhttp_server_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Contains("transformer2.v1.GenerationService/Generate", text, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_gc_collections_total{", text, StringComparison.Ordinal);
        foreach (var secret in new[] { "nobody", tenant.Key, tenant.Key.Split('_')[1], platform.Credentials.AdminKey, platform.DataPath })
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_can_be_switched_off()
    {
        await using var platform = await TestPlatform.StartAsync(null, "--T2:Metrics=false");
        using var http = new HttpClient { BaseAddress = platform.HttpAddress };

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/metrics", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Metrics_are_pushed_to_where_the_standard_variable_says()
    {
        var pushed = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body, Encoding.Latin1);
            pushed.Enqueue(await reader.ReadToEndAsync());
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);

        // Whatever is there goes out when the server stops.
        await using (await TestPlatform.StartAsync(
            null, "--T2:Metrics=false", $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.Single()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"))
        {
        }

        var text = string.Concat(pushed);
        Assert.Contains("transformer2", text, StringComparison.Ordinal);
        Assert.Contains("dotnet.gc.collections", text, StringComparison.Ordinal);
    }
}
