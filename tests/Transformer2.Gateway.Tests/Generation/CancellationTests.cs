using Grpc.Core;
using Grpc.Net.Client;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

public class CancellationTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    [Fact]
    public async Task Cancelling_a_call_ends_its_generation()
    {
        var tenant = await _platform.NewTenant();
        using var call = _platform.Generation.Generate(
            new() { Prompt = "hang", RequestId = $"c-{tenant.Id}" },
            tenant.Headers,
            cancellationToken: TestContext.Current.CancellationToken);
        await ReadToDelta(call);

        call.Dispose();

        await _platform.Engine.Ended($"c-{tenant.Id}").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_deadline_ends_its_generation()
    {
        var tenant = await _platform.NewTenant();
        using var call = _platform.Generation.Generate(
            new() { Prompt = "hang", RequestId = $"l-{tenant.Id}" },
            tenant.Headers,
            DateTime.UtcNow.AddSeconds(1),
            TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken))
            {
            }
        });

        Assert.Equal(StatusCode.DeadlineExceeded, refusal.StatusCode);
        await _platform.Engine.Ended($"l-{tenant.Id}").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_generation()
    {
        var tenant = await _platform.NewTenant();
        var handler = new SocketsHttpHandler();
        using var channel = GrpcChannel.ForAddress(_platform.GrpcAddress, new() { HttpHandler = handler, DisposeHttpClient = true });
        var call = new GenerationService.GenerationServiceClient(channel).Generate(
            new() { Prompt = "hang", RequestId = $"g-{tenant.Id}" },
            tenant.Headers,
            cancellationToken: TestContext.Current.CancellationToken);
        await ReadToDelta(call);

        handler.Dispose();
        channel.Dispose();

        await _platform.Engine.Ended($"g-{tenant.Id}").WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }

    private static async Task ReadToDelta(AsyncServerStreamingCall<GenerateResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal("hang", call.ResponseStream.Current.Delta.Text);
    }
}
