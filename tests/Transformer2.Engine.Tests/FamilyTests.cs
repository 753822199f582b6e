using System.Text.Json;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests;

/// <summary>From chat messages to the answer's text, with models of three families, as their authors' code does it.</summary>
public sealed class FamilyTests
{
    [Theory]
    [InlineData("llama-untied-rope3")]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    public async Task A_chat_is_answered_as_by_the_reference(string name)
    {
        var directory = SharedFiles.Path($"oracles/forward/{name}");
        using var golden = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(directory, "e2e_chat.json"), TestContext.Current.CancellationToken));
        await using var engine = await EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = directory, PrefillChunk = 16, Threads = 1 });
        var eos = ModelTokenizer.Load(directory).EosIds;

        var answered = await Task.WhenAll(golden.RootElement.GetProperty("cases").EnumerateArray().Select(async entry =>
        {
            var messages = entry.GetProperty("messages").EnumerateArray();
            var (_, ids, completed) = await engine.Collect(EngineFixture.Request("") with
            {
                Prompt = new Prompt.Chat([.. messages.Select(message => new ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))]),
                MaxTokens = 24,
            });

            // The reference goes on after the end of the answer; the engine does not.
            int[] expected = [.. entry.GetProperty("completion_ids").EnumerateArray().Select(id => id.GetInt32()).TakeWhile(id => !eos.Contains(id))];
            Assert.Equal(expected, ids);
            Assert.Equal(entry.GetProperty("prompt_ids").GetArrayLength(), completed.Usage.PromptTokens);
            return ids.Length;
        }));

        Assert.Contains(24, answered);
    }
}
