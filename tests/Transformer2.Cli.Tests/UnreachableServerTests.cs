using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Transformer2.Cli.Tests;

/// <summary>What is said when <c>--server</c> names something that is not the platform: one line, with what was tried.</summary>
public sealed class UnreachableServerTests
{
    [Theory]
    [InlineData("model show")]
    [InlineData("expert list")]
    [InlineData("tenant list")]
    [InlineData("generate hi")]
    [InlineData("expert download a --output never-written")]
    public async Task Where_nothing_listens(string line)
    {
        var platform = await FakePlatform.StartAsync();
        var address = platform.Address;
        await platform.DisposeAsync();

        await Refused($"{line} --server {address}", $"Nothing listens at {address}");
    }

    [Fact]
    public Task Where_no_host_is() => Refused("model show --server http://no-such-host.invalid:8081", "http://no-such-host.invalid:8081");

    [Theory]
    [InlineData("model show")]
    [InlineData("generate hi")]
    public async Task Where_only_HTTP_1_is_spoken(string line)
    {
        await using var server = await StartAsync(HttpProtocols.Http1);

        await Refused($"{line} --server {server.Urls.Single()}", $"{server.Urls.Single()} ended the connection, or does not speak gRPC");
    }

    [Theory]
    [InlineData("model show")]
    [InlineData("generate hi")]
    public async Task Where_another_service_answers(string line)
    {
        await using var server = await StartAsync(HttpProtocols.Http2);

        await Refused($"{line} --server {server.Urls.Single()}", $"{server.Urls.Single()} does not speak gRPC");
    }

    [Fact]
    public async Task Where_TLS_is_asked_for_and_not_spoken()
    {
        await using var server = await StartAsync(HttpProtocols.Http1);
        var address = server.Urls.Single().Replace("http:", "https:", StringComparison.Ordinal);

        await Refused($"model show --server {address}", $"No secure connection to {address}");
    }

    [Fact]
    public async Task Names_and_passwords_of_the_address_are_not_repeated()
    {
        await using var server = await StartAsync(HttpProtocols.Http1);

        var run = await CliRun.Async("model", "show", "--key", "t2_k", "--server", server.Urls.Single().Replace("//", "//user:secret@", StringComparison.Ordinal));

        Assert.Equal(6, run.ExitCode);
        Assert.DoesNotContain("secret", run.Error, StringComparison.Ordinal);
    }

    private static async Task Refused(string line, string expected)
    {
        var run = await CliRun.Async([.. line.Split(' '), "--key", "t2_k"]);

        Assert.Equal((6, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("t2: Unavailable: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("Exception", run.Error, StringComparison.Ordinal);
    }

    // Whatever it is asked, it shows a page.
    private static async Task<WebApplication> StartAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var application = builder.Build();
        application.Run(context => context.Response.WriteAsync("a page"));
        await application.StartAsync(TestContext.Current.CancellationToken);
        return application;
    }
}
