namespace Transformer2.Engine.Tests;

public sealed class CancellationTests(EngineFixture fixture)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_goes_away_frees_its_row(bool byToken)
    {
        var token = TestContext.Current.CancellationToken;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(token);
        await using (var events = fixture.Engine.GenerateAsync(EngineFixture.Request("a", maxTokens: 400), cancellation.Token).GetAsyncEnumerator(token))
        {
            Assert.True(await events.MoveNextAsync());
            if (byToken)
            {
                await cancellation.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
                {
                    while (await events.MoveNextAsync())
                    {
                    }
                });
            }
        }

        // Another request's answer passes at least two steps: by then the row is free.
        await fixture.Engine.Collect(EngineFixture.Request("b", maxTokens: 3));
        Assert.Equal(0, fixture.Engine.Status.RunningSequences);
    }

    [Fact]
    public async Task A_request_cancelled_while_it_waits_never_runs()
    {
        await using var engine = await EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = fixture.ModelDirectory, MaxSequences = 1, Threads = 1 });
        using var cancellation = new CancellationTokenSource();
        var first = engine.Collect(EngineFixture.Request("a", maxTokens: 100));
        var waiting = engine.GenerateAsync(EngineFixture.Request("b", maxTokens: 100), cancellation.Token).ToListAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.NotEmpty((await first).Ids);
        Assert.NotEmpty((await engine.Collect(EngineFixture.Request("c"))).Ids);
    }
}
