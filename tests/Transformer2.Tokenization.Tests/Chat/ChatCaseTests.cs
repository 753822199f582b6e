using System.Text;
using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Tokenization.Tests.Chat;

/// <summary>The shared chat oracle: templates of published models, rendered by two independent Jinja implementations.</summary>
public sealed class ChatCaseTests
{
    [Fact]
    public void Renders_every_case_exactly()
    {
        var wrong = new StringBuilder();
        var count = 0;
        foreach (var item in Cases())
        {
            count++;
            var expected = item.Text("rendered", item.Text("error", ""));
            var actual = Try(item);
            if (expected != actual)
                wrong.AppendLine($"{item.Text("template")} / {item.Text("name")}: {actual}\n -- not: {expected}");
        }
        Assert.Equal("", wrong.ToString());
        Assert.True(count >= 370);
    }

    [Fact]
    public void Every_template_lays_out_a_conversation_of_megabytes()
    {
        var content = new string('x', 1 << 20);
        var tokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };
        var done = 0;
        foreach (var file in Directory.GetFiles(SharedFiles.Path("oracles/chat/templates"), "*.jinja"))
        {
            try
            {
                var segments = new ChatTemplate(File.ReadAllText(file), tokens).Render(
                    [new("user", $"<think> {content} é </think>"), new("assistant", content), new("user", "?")]);
                Assert.True(segments.Sum(s => s.Text.Length) > content.Length, file);
                done++;
            }
            catch (ChatTemplateException e)
            {
                Assert.True(e.RaisedByTemplate || !e.Message.Contains("too", StringComparison.Ordinal), $"{file}: {e.Message}");
            }
        }
        Assert.True(done >= 10, $"{done} templates take such a conversation.");
    }

    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("llama3")]
    [InlineData("mistral-v3")]
    public void Ids_of_rendered_cases_are_exact_unless_the_user_wrote_special_tokens(string name)
    {
        var tokenizer = TokenizerFile.Load(SharedFiles.Path($"oracles/tokenizers/{name}"));
        var compared = 0;
        foreach (var item in Cases().Where(c => c.Text("tokenizer", "") == name))
        {
            var segments = Render(item);
            if (segments.Any(s => s.IsFromUser && tokenizer.Encode(s.Text, specialTokens: true).Any(tokenizer.SpecialIds.Contains)))
                continue;
            Assert.Equal(item.Ids("ids"), tokenizer.Encode(segments));
            compared++;
        }
        Assert.True(compared > 20);
    }

    private static JsonElement.ArrayEnumerator Cases()
    {
        var document = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("oracles/chat/cases.json")));
        return document.RootElement.EnumerateArray();
    }

    private static string Try(JsonElement item)
    {
        try
        {
            return string.Concat(Render(item).Select(s => s.Text));
        }
        catch (ChatTemplateException e) when (e.RaisedByTemplate)
        {
            return e.Message;
        }
    }

    private static IReadOnlyList<TextSegment> Render(JsonElement item)
    {
        var source = File.ReadAllText(SharedFiles.Path($"oracles/chat/templates/{item.Text("template")}.jinja"));
        var context = item.GetProperty("context");
        var tokens = ((string[])["bos_token", "eos_token"]).ToDictionary(name => name, name => context.Text(name));
        var variables = context.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        return new ChatTemplate(source, tokens).Render(variables);
    }
}
