using System.Text.Json;
using System.Text.Json.Nodes;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Conversations in files, answered by local models.</summary>
[Collection(TorchThreads.Collection)]
public sealed class MessagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("llama-untied-rope3")]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    public async Task Answers_are_the_references(string model)
    {
        var path = SharedFiles.Path($"oracles/forward/{model}");
        using var golden = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(path, "e2e_chat.json"), TestContext.Current.CancellationToken));
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            var messages = item.GetProperty("messages").GetRawText();
            var expected = item.GetProperty("completion_ids").EnumerateArray().Select(id => id.GetInt32());
            foreach (var content in (string[])[messages, $$"""{"messages": {{messages}}, "tools": null}"""])
            {
                var run = await Generate(path, content, "--max-tokens", "24", "--ignore-eos");
                Assert.True(run.ExitCode == 0, run.Error);
                Assert.Equal(expected, run.Json.GetProperty("rows")[0].GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
            }
        }
    }

    [Fact]
    public async Task The_template_is_given_everything_in_the_file()
    {
        var model = Copy("qwen3", template: "{{ messages[0].content }}{% if tools %} clips{% endif %}{% if not add_generation_prompt %}?{% endif %}");

        var plain = await Generate(model, """[{"role": "user", "content": "How many"}]""");
        var withTools = await Generate(model, """{"messages": [{"role": "user", "content": "How many"}], "tools": [1]}""");
        var unprompted = await Generate(model, """{"messages": [{"role": "user", "content": "How many"}], "add_generation_prompt": false}""");

        Assert.All((CliRun[])[plain, withTools, unprompted], run => Assert.True(run.ExitCode == 0, run.Error));
        Assert.Equal(3, new[] { plain.Output, withTools.Output, unprompted.Output }.Distinct().Count());
    }

    [Theory]
    [InlineData("[]", "at least one message")]
    [InlineData("{}", "at least one message")]
    [InlineData("7", "at least one message")]
    [InlineData("""{"messages": {}}""", "at least one message")]
    [InlineData("""[{"content": "x"}]""", "message 1")]
    [InlineData("""[{"role": "user", "content": "x"}, {"role": 1}]""", "message 2")]
    [InlineData("""[{"role": "user", "role": "user", "content": "x"}]""", "not valid JSON")]
    [InlineData("""[{"role": "user", "content": "\ud800"}]""", "surrogate")]
    [InlineData("""{"\ud800": 1, "messages": []}""", "not valid JSON")]
    [InlineData("""[{"role": "user" """, "not valid JSON")]
    [InlineData("", "not valid JSON")]
    public async Task What_is_no_conversation_is_refused(string content, string named)
    {
        var run = await Generate(SharedFiles.Path("oracles/forward/qwen3"), content);
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_templates_own_refusal_and_a_model_without_template_are_told()
    {
        const string Conversation = """[{"role": "user", "content": "x"}]""";
        var refused = await Generate(Copy("qwen3", template: "{{ raise_exception('Not like this') }}"), Conversation);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("Not like this", refused.Error, StringComparison.Ordinal);

        var none = await Generate(SharedFiles.Path("oracles/forward/llama-tied"), Conversation);
        Assert.Equal((3, ""), (none.ExitCode, none.Output));
        Assert.Equal(4, (await Generate(_folder.File("nowhere"), Conversation)).ExitCode);
    }

    [Theory]
    [InlineData("--prompt", "x")]
    [InlineData("--tokens", "x")]
    [InlineData("--raw")]
    public async Task Goes_with_no_other_prompt(params string[] options) =>
        Assert.Equal(2, (await Generate("nowhere", "[]", options)).ExitCode);

    public void Dispose() => _folder.Dispose();

    private async Task<CliRun> Generate(string model, string content, params string[] options)
    {
        await File.WriteAllTextAsync(_folder.File("messages.json"), content, TestContext.Current.CancellationToken);
        return await CliRun.Async(
            ["model", "generate", "--model", model, "--messages", _folder.File("messages.json"), "--output-format", "json", .. options]);
    }

    private string Copy(string model, string template)
    {
        var copy = Directory.CreateDirectory(_folder.File("model")).FullName;
        foreach (var file in Directory.GetFiles(SharedFiles.Path($"oracles/forward/{model}")))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var path = Path.Combine(copy, "tokenizer_config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["chat_template"] = template;
        File.WriteAllText(path, config.ToJsonString());
        return copy;
    }
}
