using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Transformer2.Gateway;

namespace Transformer2.Hosting;

/// <summary>What a server says once it is ready: where it is, where its keys are, and what to try first.</summary>
internal static class Banner
{
    private const string FirstExpert = "math";
    private const string FirstPrompt = "take 5 from 17.";

    public static async Task Write(WebApplication app, TextWriter output)
    {
        var options = app.Services.GetRequiredService<PlatformOptions>();
        var data = app.Services.GetRequiredService<DataDirectory>();
        var model = await app.Services.GetRequiredService<BaseModelSource>().Get();
        var urls = app.Urls.ToArray();
        if (!IPAddress.IsLoopback(options.Address))
            HostingLog.OpenWithoutTls(app.Logger, options.Bind);
        await output.WriteLineAsync($"""

            Transformer2.Platform is ready.
              gRPC         {urls[1]}  (transformer2.v1)
              HTTP         {urls[0]}  (/healthz, /readyz{(options.Metrics ? ", /metrics" : "")})
              model        {model.Id}: {model.ParameterCount:N0} parameters, {model.Matrices.Length} matrices, context {model.ContextLength}
              credentials  {data.Credentials}

            Try it in another terminal, from this directory:
              {FirstCommand(options, data, app.Services.GetRequiredService<PlatformPaths>(), new Uri(urls[1]).Port)}

            """);
    }

    // The command line tool looks where a server with default settings is: only what differs is said.
    private static string FirstCommand(PlatformOptions options, DataDirectory data, PlatformPaths paths, int port)
    {
        var defaults = new PlatformOptions();
        var environment = options.DataDirectory == defaults.DataDirectory ? "" : $"T2__DataDirectory='{data.Path}' ";
        var host = IPAddress.IPv6Loopback.Equals(options.Address) ? "[::1]" : "127.0.0.1";
        var server = port == defaults.GrpcPort ? "" : $" --server http://{host}:{port}";
        var expert = paths.BundledExperts().Any(file => Path.GetFileNameWithoutExtension(file) == FirstExpert) ? $" --expert {FirstExpert}" : "";
        return $"{environment}dotnet run --project src/Transformer2.Cli --{server} generate{expert} \"{FirstPrompt}\"";
    }
}
