using Grpc.Core;
using Transformer2.Client;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

public sealed class GenerateTests
{
    [Fact]
    public async Task Leaving_the_enumeration_cancels_the_call()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Generation.Holds = true;
        using var client = new Transformer2Client(new Transformer2ClientOptions { Address = new Uri(platform.Address) });

        await foreach (var message in client.GenerateAsync(new GenerateRequest { Prompt = "a" }, TestContext.Current.CancellationToken))
        {
            if (message.Delta is not null)
            {
                break;
            }
        }

        await platform.Generation.Cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Cancelling_ends_the_call_with_an_OperationCanceledException()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Generation.Holds = true;
        using var client = new Transformer2Client(new Transformer2ClientOptions { Address = new Uri(platform.Address) });
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var message in client.GenerateAsync(new GenerateRequest { Prompt = "a" }, cancellation.Token))
            {
                if (message.Delta is not null)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        await platform.Generation.Cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_Unavailable()
    {
        var platform = await FakePlatform.StartAsync();
        var address = new Uri(platform.Address);
        await platform.DisposeAsync();
        using var client = new Transformer2Client(new Transformer2ClientOptions { Address = address });

        var refused = await Assert.ThrowsAsync<Transformer2Exception>(() => client.GetModelAsync(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Empty(refused.Reason);
    }
}
