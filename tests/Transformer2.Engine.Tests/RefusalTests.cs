using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests;

public sealed class RefusalTests(EngineFixture fixture)
{
    [Theory]
    [InlineData(0, EngineError.PromptEmpty)]
    [InlineData(512, EngineError.PromptTooLong)]
    [InlineData(100_000, EngineError.PromptTooLong)]
    public async Task A_prompt_that_does_not_fit_is_refused(int length, EngineError reason)
    {
        var error = await Assert.ThrowsAsync<EngineException>(() => fixture.Engine.Collect(EngineFixture.Request(new string('a', length))));
        Assert.Equal(reason, error.Reason);
    }

    [Fact]
    public async Task A_mixture_without_weight_is_refused()
    {
        var request = EngineFixture.Request("a") with { Experts = [new WeightedExpert(TinyModelFolder.Expert(1), 0)] };
        var error = await Assert.ThrowsAsync<EngineException>(() => fixture.Engine.Collect(request));
        Assert.Equal(EngineError.InvalidMixture, error.Reason);
    }

    [Fact]
    public async Task An_expert_of_another_model_is_refused_and_the_engine_goes_on()
    {
        var foreign = new ExpertVector([KeyValuePair.Create("model.layers.99.mlp.up_proj.weight", new[] { 1f, 2f })]);
        var error = await Assert.ThrowsAsync<EngineException>(() => fixture.Engine.Collect(EngineFixture.Request("a", foreign)));
        Assert.Equal(EngineError.InvalidMixture, error.Reason);
        Assert.NotEmpty((await fixture.Engine.Collect(EngineFixture.Request("a"))).Ids);
    }

    [Fact]
    public async Task An_expert_that_overflows_fails_alone_and_leaves_nothing_in_its_row()
    {
        var hostile = new ExpertVector(TinyModelFolder.Ranks.Select(entry => KeyValuePair.Create(entry.Key, Enumerable.Repeat(1e30f, entry.Value).ToArray())));
        var healthy = await fixture.Engine.Collect(EngineFixture.Request("neighbour", TinyModelFolder.Expert(3)));

        var attack = Assert.ThrowsAsync<EngineException>(() => fixture.Engine.Collect(EngineFixture.Request("attack", hostile)));
        var neighbours = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.Engine.Collect(EngineFixture.Request("neighbour", TinyModelFolder.Expert(3)))));

        Assert.Equal(EngineError.NonFiniteLogits, (await attack).Reason);
        Assert.All(neighbours, neighbour => Assert.Equal(healthy.Ids, neighbour.Ids));
        Assert.Equal(healthy.Ids, (await fixture.Engine.Collect(EngineFixture.Request("neighbour", TinyModelFolder.Expert(3)))).Ids);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        await using var engine = await EngineFixture.LoadAsync(
            new EngineOptions { ModelDirectory = fixture.ModelDirectory, MaxSequences = 1, MaxWaiting = 1, Threads = 1 });
        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Record.ExceptionAsync(() => engine.Collect(EngineFixture.Request("a", maxTokens: 60))).AsTask()));
        Assert.Contains(results, result => result is EngineException { Reason: EngineError.Overloaded });
        Assert.Contains(results, result => result is null);
    }

    [Fact]
    public async Task A_stopped_engine_ends_what_runs_and_refuses_the_rest()
    {
        var engine = await EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = fixture.ModelDirectory, Threads = 1 });
        var running = engine.GenerateAsync(EngineFixture.Request("a", maxTokens: 400), TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await running.MoveNextAsync();
        await engine.DisposeAsync();

        var error = await Assert.ThrowsAsync<EngineException>(async () =>
        {
            while (await running.MoveNextAsync())
            {
            }
        });
        Assert.Equal(EngineError.Unavailable, error.Reason);
        Assert.Equal(EngineError.Unavailable, (await Assert.ThrowsAsync<EngineException>(() => engine.Collect(EngineFixture.Request("a")))).Reason);
    }

    [Fact]
    public async Task A_folder_without_a_model_says_what_is_missing()
    {
        using var folder = new TemporaryFolder();
        var error = await Assert.ThrowsAsync<CheckpointException>(() => EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = folder.Path }));
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
    }
}
