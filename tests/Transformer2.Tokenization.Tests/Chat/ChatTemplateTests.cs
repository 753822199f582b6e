using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Transformer2.Tokenization.Tests.Chat;

public sealed class ChatTemplateTests
{
    [Theory]
    [InlineData("%d %b %Y", "07 Mar 2024")]
    [InlineData("%Y-%m-%d %H:%M:%S", "2024-03-07 15:04:05")]
    [InlineData("%A, %B %-d, %y %I %p %j %%", "Thursday, March 7, 24 03 PM 067 %")]
    public void Tells_the_time_of_the_clock_it_was_given(string format, string expected)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2024, 3, 7, 15, 4, 5, TimeSpan.Zero));
        var template = new ChatTemplate("{{ strftime_now(format) }}", clock: clock);
        var segments = template.Render([], variables: new Dictionary<string, object?> { ["format"] = format });
        Assert.Equal(expected, string.Concat(segments.Select(s => s.Text)));
    }

    [Fact]
    public void Is_found_in_each_of_the_places_where_models_keep_it()
    {
        using var files = new TinyModel();
        Assert.NotNull(ChatTemplate.Load(files.Directory));
        files.Write("tokenizer_config.json", new
        {
            bos_token = new { content = "<s>" },
            chat_template = new[] { new { name = "default", template = "{{ bos_token }}1" }, new { name = "tools", template = "2" } },
        });
        Assert.Equal("<s>1", Text(ChatTemplate.Load(files.Directory)));
        Assert.Equal("2", Text(ChatTemplate.Load(files.Directory, "tools")));
        Assert.Null(ChatTemplate.Load(files.Directory, "other"));
        files.Write("chat_template.json", new { chat_template = "4" });
        Assert.Equal("<s>1", Text(ChatTemplate.Load(files.Directory)));
        File.WriteAllText(Path.Combine(files.Directory, "chat_template.jinja"), "{{ bos_token }}3");
        Assert.Equal("<s>3", Text(ChatTemplate.Load(files.Directory)));
        Assert.Null(ChatTemplate.Load(files.Directory, "tools"));
        Directory.CreateDirectory(Path.Combine(files.Directory, "additional_chat_templates"));
        File.WriteAllText(Path.Combine(files.Directory, "additional_chat_templates", "tools.jinja"), "5");
        Assert.Equal("5", Text(ChatTemplate.Load(files.Directory, "tools")));
    }

    [Fact]
    public void The_template_for_tools_is_taken_when_there_are_tools_and_none_was_named()
    {
        using var files = new TinyModel();
        files.Write("tokenizer_config.json", new
        {
            bos_token = "<s>",
            chat_template = new[] { new { name = "default", template = "chat" }, new { name = "tool_use", template = "{{ bos_token }}{{ tools|length }}" } },
        });
        var tools = new Dictionary<string, object?> { ["tools"] = new[] { "t" } };
        Assert.Equal("<s>1", Text(ChatTemplate.Load(files.Directory), tools));
        Assert.Equal("<s>0", Text(ChatTemplate.Load(files.Directory), new() { ["tools"] = Array.Empty<string>() }));
        Assert.Equal("<s>1", ChatTemplate.Load(files.Directory)!.RenderText(tools));
        Assert.Equal("chat", Text(ChatTemplate.Load(files.Directory)));
        Assert.Equal("chat", Text(ChatTemplate.Load(files.Directory), new() { ["tools"] = null }));
        Assert.Equal("chat", Text(ChatTemplate.Load(files.Directory), new() { ["tools"] = JsonDocument.Parse("null").RootElement }));
        Assert.Equal("chat", Text(ChatTemplate.Load(files.Directory, "default"), tools));
    }

    [Fact]
    public void A_template_for_tools_that_is_wrong_does_not_matter_without_tools()
    {
        using var files = new TinyModel();
        files.Write("tokenizer_config.json", new
        {
            chat_template = new[] { new { name = "default", template = "chat" }, new { name = "tool_use", template = "{% include 'x' %}" } },
        });
        var template = ChatTemplate.Load(files.Directory);
        Assert.Equal("chat", Text(template));
        Assert.Throws<ChatTemplateException>(() => Text(template, new() { ["tools"] = new[] { "t" } }));
    }

    [Fact]
    public void Tools_take_the_only_template_when_there_is_none_for_them()
    {
        using var files = new TinyModel();
        files.Write("tokenizer_config.json", new { chat_template = new[] { new { name = "default", template = "{{ tools|length }}" } } });
        Assert.Equal("1", Text(ChatTemplate.Load(files.Directory), new() { ["tools"] = new[] { "t" } }));
    }

    [Fact]
    public void Is_found_in_a_processors_file_when_the_tokenizer_has_none()
    {
        using var files = new TinyModel();
        files.Write("tokenizer_config.json", new { bos_token = "<s>" });
        files.Write("chat_template.json", new { chat_template = "{{ bos_token }}4" });
        Assert.Equal("<s>4", Text(ChatTemplate.Load(files.Directory)));
    }

    [Fact]
    public void Unpaired_surrogates_in_the_configuration_are_refused()
    {
        using var files = new TinyModel();
        File.WriteAllText(Path.Combine(files.Directory, "tokenizer_config.json"), """{"bos_token": "\ud800"}""");
        Assert.Throws<TokenizerException>(() => ChatTemplate.Load(files.Directory));
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("18446744073709551615")]
    [InlineData("-18446744073709551616")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890")]
    public void A_whole_number_of_any_size_is_exact(string number)
    {
        using var json = JsonDocument.Parse($$"""{"maximum": {{number}}}""");
        var variables = new Dictionary<string, object?> { ["n"] = json.RootElement };
        var rendered = new ChatTemplate("{{ n.maximum }} {{ n | tojson }} {{ n.maximum - 1 + 1 == n.maximum }}").Render(variables);
        Assert.Equal($$"""{{number}} {"maximum": {{number}}} True""", string.Concat(rendered.Select(s => s.Text)));
    }

    [Fact]
    public void Whole_numbers_of_the_callers_types_are_exact()
    {
        var variables = new Dictionary<string, object?> { ["a"] = ulong.MaxValue, ["b"] = Int128.MinValue, ["c"] = System.Numerics.BigInteger.Pow(10, 30) };
        var rendered = new ChatTemplate("{{ a }} {{ b }} {{ c }}").Render(variables);
        Assert.Equal($"{ulong.MaxValue} {Int128.MinValue} 1{new string('0', 30)}", string.Concat(rendered.Select(s => s.Text)));
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("-1e999999999")]
    [InlineData("1", 4301)]
    public void A_number_that_does_not_fit_is_refused(string number, int times = 1)
    {
        using var json = JsonDocument.Parse(string.Concat(Enumerable.Repeat(number, times)));
        var variables = new Dictionary<string, object?> { ["n"] = json.RootElement };
        var error = Assert.Throws<ChatTemplateException>(() => new ChatTemplate("{{ n }}").Render(variables));
        Assert.Contains("too large", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 200);
    }

    [Fact]
    public void Variables_may_replace_the_tokens_in_what_is_only_looked_at()
    {
        var template = new ChatTemplate("{{ bos_token }}{{ eos_token }}", new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" });
        Assert.Equal("B</s>", template.RenderText(new Dictionary<string, object?> { ["bos_token"] = "B" }));
    }

    private static string Text(ChatTemplate? template, Dictionary<string, object?>? variables = null) =>
        string.Concat(template!.Render([], variables: variables).Select(s => s.Text));
}
