using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Metrics;

public sealed class EngineMetricsTests(EngineFixture fixture)
{
    [Fact]
    public async Task A_tenants_tokens_are_those_of_its_answers()
    {
        await using var engine = await LoadAsync();
        using var measured = new Measured(engine.Metrics);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => engine.Collect(
            EngineFixture.Request($"prompt {i}", i % 2 == 0 ? TinyModelFolder.Expert(i) : null) with { Tenant = "acme", ExpertLabel = i % 2 == 0 ? "math" : ExpertLabels.Base })));

        var counts = measured.Observe();
        foreach (var (label, kind) in new[] { ("math", 0), ("base", 1) })
        {
            var usages = answers.Where((_, i) => i % 2 == kind).Select(answer => answer.Completed.Usage).ToArray();
            Assert.Equal(usages.Sum(usage => usage.PromptTokens), counts[$"t2.prompt_tokens{{acme,{label}}}"]);
            Assert.Equal(usages.Sum(usage => usage.CompletionTokens), counts[$"t2.generation_tokens{{acme,{label}}}"]);
        }

        Assert.Equal(answers.Count(answer => answer.Completed.FinishReason == FinishReason.Length), counts["t2.request_success{length}"]);
        Assert.Equal(answers.Count(answer => answer.Completed.FinishReason == FinishReason.Stop), counts["t2.request_success{stop}"]);
        Assert.Equal(answers.Select(answer => answer.Completed.Timings.FirstToken.TotalSeconds).Order(), measured.Values("t2.time_to_first_token").Order());
        Assert.Equal(answers.Select(answer => answer.Completed.Timings.Total.TotalSeconds).Order(), measured.Values("t2.e2e_request_latency").Order());
    }

    [Fact]
    public async Task A_request_that_is_abandoned_is_an_abort()
    {
        await using var engine = await LoadAsync();
        using var measured = new Measured(engine.Metrics);
        await foreach (var _ in engine.GenerateAsync(EngineFixture.Request("a", maxTokens: 400), TestContext.Current.CancellationToken)) break;

        await engine.Collect(EngineFixture.Request("b", maxTokens: 3)); // passes two steps

        Assert.Equal(1, measured.Observe()["t2.request_success{abort}"]);
        Assert.Equal(0, measured.Observe()["t2.request_success{error}"]);
    }

    [Fact]
    public async Task A_request_that_a_full_queue_refuses_is_an_error()
    {
        await using var engine = await LoadAsync(waiting: 1);
        using var measured = new Measured(engine.Metrics);

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Record.ExceptionAsync(() => engine.Collect(EngineFixture.Request("a", maxTokens: 60))).AsTask()));

        var counts = measured.Observe();
        Assert.NotEqual(0, results.Count(result => result is EngineException));
        Assert.Equal(results.Count(result => result is EngineException), counts["t2.request_success{error}"]);
        Assert.Equal(results.Count(result => result is null), counts["t2.request_success{stop}"] + counts["t2.request_success{length}"]);
    }

    private async Task<InferenceEngine> LoadAsync(int waiting = 100) => (InferenceEngine)await EngineFixture.LoadAsync(
        new EngineOptions { ModelDirectory = fixture.ModelDirectory, MaxSequences = 2, MaxWaiting = waiting, Threads = 1 });
}
