using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Transformer2.Gateway;

namespace Transformer2.Hosting;

/// <summary>What a server says once it is ready: where it is, where its keys are, and what to try first.</summary>
internal static class Banner
{
    public static async Task Write(WebApplication app, TextWriter output)
    {
        var model = await app.Services.GetRequiredService<BaseModelSource>().Get();
        var data = app.Services.GetRequiredService<DataDirectory>();
        var (http, grpc) = app.Urls.ToArray() is [var first, var second] ? (first, second) : ("", "");
        await output.WriteLineAsync($"""

            Transformer2.Platform is ready.
              gRPC         {grpc}  (transformer2.v1)
              HTTP         {http}  (/healthz, /readyz)
              model        {model.Id}: {model.ParameterCount:N0} parameters, {model.Matrices.Length} adaptable matrices, context {model.ContextLength}
              credentials  {data.Credentials}

            Try it in another terminal:
              dotnet run --project src/Transformer2.Cli -- generate --expert math "what is 3 + 4?"

            """);
    }
}
