using System.Text.Json.Nodes;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests;

public sealed class LoadingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public LoadingTests() => TinyModelFolder.Write(_folder.Path);

    [Fact]
    public async Task A_tokenizer_with_ids_beyond_the_embedding_is_refused()
    {
        Change(tokenizer => tokenizer["model"]!["vocab"]!["more"] = 400);
        var error = await Assert.ThrowsAsync<CheckpointException>(() => LoadAsync());
        Assert.Contains("ids up to 400", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_context_that_does_not_fit_into_the_memory_for_keys_and_values_is_refused()
    {
        TinyModelFolder.Write(_folder.Path, contextLength: 1 << 20);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => LoadAsync(cacheMemory: 1));
        Assert.Contains("raise CacheMemory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_rows_than_memory_for_them_take_turns()
    {
        // 1 MiB holds two sequences of full length.
        TinyModelFolder.Write(_folder.Path, contextLength: 2048, endless: true);
        await using var engine = await LoadAsync(rows: 8, cacheMemory: 1);
        var alone = await engine.Collect(EngineFixture.Request("take turns", maxTokens: 1500));
        var together = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => engine.Collect(EngineFixture.Request("take turns", maxTokens: 1500))));
        Assert.All(together, answer => Assert.Equal(alone.Ids, answer.Ids));
        Assert.Equal(0, engine.Status.CacheBlocks);
        Assert.InRange(engine.Status.MaxCacheBlocks, 128, 256);
    }

    [Fact]
    public async Task A_prompt_outside_the_vocabulary_is_refused_and_the_engine_goes_on()
    {
        Change(tokenizer => tokenizer["model"]!["vocab"]!.AsObject().Remove("z"));
        await using var engine = await LoadAsync();
        var error = await Assert.ThrowsAsync<EngineException>(() => engine.Collect(EngineFixture.Request("buzz")));
        Assert.Equal(EngineError.PromptNotEncodable, error.Reason);
        Assert.NotEmpty((await engine.Collect(EngineFixture.Request("bus"))).Ids);
    }

    [Fact]
    public async Task Merged_experts_are_refused_where_there_are_none()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = _folder.Path, Runner = "torch", MergedExperts = 1 }));
        Assert.Contains("MergedExperts is for the simd runner only", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<IInferenceEngine> LoadAsync(int rows = 1, int? cacheMemory = null) =>
        EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = _folder.Path, MaxSequences = rows, CacheMemory = cacheMemory, Threads = 1 });

    private void Change(Action<JsonNode> change)
    {
        var tokenizer = JsonNode.Parse(File.ReadAllText(_folder.File("tokenizer.json")))!;
        change(tokenizer);
        File.WriteAllText(_folder.File("tokenizer.json"), tokenizer.ToJsonString());
    }
}
