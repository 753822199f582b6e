using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Tokenization.Tests;

/// <summary>Whole model directories among the shared oracles.</summary>
public sealed class OracleModelTests
{
    [Theory]
    [InlineData("llama-untied-rope3")]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    public void Chats_become_the_recorded_ids_and_answers_the_recorded_text(string name)
    {
        var directory = SharedFiles.Path($"oracles/forward/{name}");
        var model = ModelTokenizer.Load(directory);
        foreach (var item in Cases(directory, "e2e_chat.json"))
        {
            var recorded = item.GetProperty("messages").EnumerateArray();
            var messages = recorded.Select(m => new ChatMessage(m.Text("role"), m.Text("content"))).ToList();
            Assert.Equal(item.Text("prompt"), string.Concat(model.ChatTemplate!.Render(messages).Select(s => s.Text)));
            Assert.Equal(item.Ids("prompt_ids"), model.EncodeChat(messages));
            Assert.Equal(item.Text("completion_text"), model.Tokenizer.Decode(item.Ids("completion_ids"), skipSpecial: true));
        }
    }

    [Fact]
    public void Stories_prompts_start_with_the_automatic_token()
    {
        var directory = SharedFiles.Path("models/stories260K");
        var model = ModelTokenizer.Load(directory);
        Assert.Equal([1, 2], model.EosIds.Order());
        Assert.Equal(1, model.BosId);
        foreach (var item in Cases(directory, "expected_greedy.json"))
            Assert.Equal(item.Ids("prompt_ids"), model.EncodePrompt(item.Text("prompt")));
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("qwen2.5")]
    [InlineData("llama3")]
    [InlineData("mistral-v3")]
    public void No_special_token_of_a_published_model_can_be_written_by_a_user(string name)
    {
        var tokenizer = TokenizerFile.Load(SharedFiles.Path($"oracles/tokenizers/{name}"));
        foreach (var id in tokenizer.SpecialIds)
        {
            var spelled = tokenizer.TokenText(id)!;
            Assert.DoesNotContain(tokenizer.Encode(spelled), tokenizer.SpecialIds.Contains);
            Assert.DoesNotContain(tokenizer.Encode($"a {spelled}\n{spelled}{spelled}b"), tokenizer.SpecialIds.Contains);
            Assert.Contains(id, tokenizer.Encode([new(spelled, false), new(spelled, true)]));
            Assert.Single(tokenizer.Encode([new(spelled, false), new(spelled, true)]), tokenizer.SpecialIds.Contains);
        }
    }

    private static JsonElement.ArrayEnumerator Cases(string directory, string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, file))).RootElement.GetProperty("cases").EnumerateArray();
}
