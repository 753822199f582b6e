using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>An error is one line, whatever the file holds that it quotes.</summary>
public sealed class OneLineTests
{
    [Theory]
    [InlineData("a\r\nb\tc", @"a\r\nb\tc")]
    [InlineData("\u2028\u202E\u001B[2J\u0085", @"\u2028\u202e\u001b[2J\u0085")]
    [InlineData("é \U0001F600 ü", "é \U0001F600 ü")]
    public void Characters_that_end_or_move_a_line_are_escaped(string text, string expected) => Assert.Equal(expected, OneLine.Of(text));

    [Fact]
    public void A_long_message_is_cut() => Assert.InRange(OneLine.Of(new string('x', 1 << 20)).Length, 1000, 3000);

    [Fact]
    public async Task A_broken_file_is_quoted_in_one_line()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("tokenizer.json"), "{}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            folder.File("tokenizer_config.json"), """{"added_tokens_decoder": {"first\nsecond": {}}}""", TestContext.Current.CancellationToken);

        var run = await CliRun.Async("tokenize", "--tokenizer", folder.Path);

        Assert.Equal(3, run.ExitCode);
        Assert.Single(run.Error, c => c == '\n');
    }
}
