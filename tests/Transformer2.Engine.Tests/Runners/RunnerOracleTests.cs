using System.Text.Json;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>Every runner computes what the reference implementation computes, for every family.</summary>
public sealed class RunnerOracleTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var model in new[] { "llama-bf16-sharded", "llama-tied", "llama-untied-rope3", "mistral-swa", "qwen2-tied", "qwen3" })
            {
                foreach (var runner in new[] { "torch", "simd" }) cases.Add(model, runner);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Greedy_answers_are_the_references(string model, string runner)
    {
        var directory = SharedFiles.Path($"oracles/forward/{model}");
        using var golden = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(directory, "greedy.json"), TestContext.Current.CancellationToken));
        // Small pieces, and all prompts at once.
        await using var engine = await EngineFixture.LoadAsync(
            new EngineOptions { ModelDirectory = directory, RequireTokenizer = false, Decompose = false, Runner = runner, PrefillChunk = 5, Threads = 2 });
        await Task.WhenAll(golden.RootElement.GetProperty("cases").EnumerateArray().Select(async entry =>
        {
            var (_, ids, _) = await engine.Collect(EngineFixture.Request("") with
            {
                Prompt = new Prompt.Tokens([.. entry.GetProperty("prompt").EnumerateArray().Select(id => id.GetInt32())]),
                MaxTokens = entry.GetProperty("continuation").GetArrayLength(),
                IgnoreEndOfAnswer = true,
            });
            Assert.Equal(entry.GetProperty("continuation").EnumerateArray().Select(id => id.GetInt32()), ids);
        }));
    }
}
