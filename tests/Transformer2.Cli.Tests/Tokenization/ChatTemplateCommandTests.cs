using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests.Tokenization;

public sealed class ChatTemplateCommandTests
{
    [Fact]
    public async Task Every_golden_case_is_exact()
    {
        using var cases = JsonDocument.Parse(await File.ReadAllBytesAsync(
            SharedFiles.Path("oracles/chat/cases.json"), TestContext.Current.CancellationToken));
        var count = 0;
        foreach (var group in cases.RootElement.EnumerateArray().GroupBy(item => item.GetProperty("template").GetString()))
        {
            var items = group.ToList();
            var answers = await GoldenLines.AnswersAsync(
                ["chat-template", "--template", SharedFiles.Path($"oracles/chat/templates/{group.Key}.jinja")],
                items.ConvertAll(item => JsonSerializer.Serialize(item.GetProperty("context"))));
            foreach (var (item, answer) in items.Zip(answers))
            {
                var kind = item.TryGetProperty("rendered", out var expected) ? "rendered" : "error";
                expected = item.GetProperty(kind);
                Assert.Equal((kind, expected.GetString()), (kind, answer.GetProperty(kind).GetString()));
                count++;
            }
        }

        Assert.True(count >= 370);
    }

    [Fact]
    public async Task A_folders_tokens_stand_in_for_those_that_a_line_does_not_give()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, "tokenizer_config.json", """
            {"bos_token": {"content": "<s>"}, "eos_token": "</s>", "chat_template": [
              {"name": "default", "template": "{{ bos_token }}{{ x }}{{ eos_token }}"}, {"name": "other", "template": "{{ raise_exception('No: ' ~ x) }}"}]}
            """);

        var answers = await GoldenLines.AnswersAsync(
            ["chat-template", "--tokenizer", folder.Path], ["""{"x": "\ud83d\ude00\ud83d"}""", """{"x": 1, "bos_token": "B", "eos_token": ""}"""]);
        Assert.Equal(["<s>\U0001F600\uFFFD</s>", "B1"], answers.Select(answer => answer.GetProperty("rendered").GetString()));

        var other = await GoldenLines.AnswersAsync(["chat-template", "--tokenizer", folder.Path, "--name", "other"], ["""{"x": 1}"""]);
        Assert.Equal("""{"error":"No: 1"}""", Assert.Single(other).GetRawText());
    }

    [Theory]
    [InlineData("""{"x": 18446744073709551615}""", """{"rendered":"18446744073709551615"}""")]
    [InlineData("""{"x": 1e-7}""", """{"rendered":"1e-07"}""")]
    [InlineData("""{"x": 1e400}""", """{"error":"The number 1e400 passed to the chat template is too large."}""")]
    [InlineData("""{"x": 1, "x": 2}""", "error")]
    [InlineData("""{"x": {"y": 1, "y": 2}}""", "error")]
    public async Task Values_are_exact_or_refused(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, "t.jinja", "{{ x | tojson }}");

        var run = await CliRun.With(new Dictionary<string, string>(), ["chat-template", "--template", folder.File("t.jinja")], line);

        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_that_is_no_text_is_refused()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("t.jinja"), [(byte)'a', 0xFF], TestContext.Current.CancellationToken);

        Assert.Equal(3, (await CliRun.Async("chat-template", "--template", folder.File("t.jinja"))).ExitCode);
    }

    [Fact]
    public async Task A_folder_without_the_template_is_refused()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, "tokenizer_config.json", "{}");

        Assert.Equal(3, (await CliRun.Async("chat-template", "--tokenizer", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task A_template_that_does_not_parse_is_refused()
    {
        using var folder = new TemporaryFolder();
        await WriteAsync(folder, "t.jinja", "{% if %}");

        var run = await CliRun.Async("chat-template", "--template", folder.File("t.jinja"));

        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Contains("Line 1", run.Error, StringComparison.Ordinal);
    }

    private static Task WriteAsync(TemporaryFolder folder, string name, string content) =>
        File.WriteAllTextAsync(folder.File(name), content, TestContext.Current.CancellationToken);
}
