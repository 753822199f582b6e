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
        File.WriteAllText(Path.Combine(files.Directory, "chat_template.jinja"), "{{ bos_token }}3");
        Assert.Equal("<s>3", Text(ChatTemplate.Load(files.Directory)));
    }

    private static string Text(ChatTemplate? template) => string.Concat(template!.Render([]).Select(s => s.Text));
}
