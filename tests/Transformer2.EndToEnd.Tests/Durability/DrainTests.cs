using Grpc.Core;
using Transformer2.Client;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class DrainTests(PlatformFixture platform)
{
    private const int Tokens = 400;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_asked_to_stop_finishes_what_it_has_begun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs SIGTERM.");
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), platform.Model);
        using var tenant = await TestTenant.CreateAsync(server, "one");
        var request = new GenerateRequest { Prompt = "to the end", MaxTokens = Tokens };
        var expected = await tenant.AnswerAsync("to the end", maxTokens: Tokens);

        var tokens = new List<int>();
        FinishReason? finish = null;
        await foreach (var message in tenant.Client.GenerateAsync(request, Token))
        {
            if (tokens.Count == 0 && message.Delta is not null)
            {
                server.Terminate();
            }

            tokens.AddRange(message.Delta?.TokenIds ?? []);
            finish = message.Completed?.FinishReason;
        }

        Assert.Equal(expected, tokens);
        Assert.Equal(FinishReason.Length, finish);
        Assert.Equal(0, await server.WaitForExitAsync());
        var refused = await Assert.ThrowsAsync<Transformer2Exception>(() => tenant.Client.GetModelAsync(Token));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }
}
