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
    public async Task A_batch_that_does_not_fit_into_memory_is_refused()
    {
        TinyModelFolder.Write(_folder.Path, contextLength: 1 << 24);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => LoadAsync(rows: 1024));
        Assert.Contains("lower MaxSequences or ContextLength", error.Message, StringComparison.Ordinal);
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

    public void Dispose() => _folder.Dispose();

    private Task<IInferenceEngine> LoadAsync(int rows = 1) =>
        EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = _folder.Path, MaxSequences = rows, Threads = 1 });

    private void Change(Action<JsonNode> change)
    {
        var tokenizer = JsonNode.Parse(File.ReadAllText(_folder.File("tokenizer.json")))!;
        change(tokenizer);
        File.WriteAllText(_folder.File("tokenizer.json"), tokenizer.ToJsonString());
    }
}
