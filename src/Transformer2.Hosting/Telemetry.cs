using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Transformer2.Hosting;

/// <summary>What a server measures, and who gets it: docs/observability.md.</summary>
internal static class Telemetry
{
    /// <summary>The platform's own meters, and those of the runtime and of ASP.NET Core that need no further package.</summary>
    private static readonly string[] Meters =
    [
        "Transformer2.*", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing",
    ];

    // Names of OpenTelemetry's specification; its exporter reads them, and more of their kind, by itself.
    private static readonly string[] OtlpEndpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <summary>Measures, if anybody is to get it.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder, PlatformOptions options)
    {
        var push = OtlpEndpoints.Any(name => !string.IsNullOrEmpty(builder.Configuration[name]));
        if (!push && !options.Metrics)
            return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("transformer2"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters);
                if (push)
                    metrics.AddOtlpExporter();
                if (options.Metrics)
                    metrics.AddPrometheusExporter(scrape => scrape.ScrapeResponseCacheDurationMilliseconds = 0);
            });
    }

    /// <summary>Maps <c>/metrics</c>. Like the health of the server it needs no key: it names tenants and experts, and nothing that they keep.</summary>
    public static void MapTelemetry(this WebApplication app, PlatformOptions options)
    {
        if (options.Metrics)
            app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
    }
}
