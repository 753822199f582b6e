using System.Text.Json;

namespace Transformer2.Cli.Tests.Tokenization;

public sealed class JsonLinesTests
{
    [Theory]
    [InlineData("""{"a": "\ud800"}""", "\uFFFD")]
    [InlineData("""{"a": "\udc00\ud800x"}""", "\uFFFD\uFFFDx")]
    [InlineData("""{"a": "\ud83d\ude00"}""", "\U0001F600")]
    [InlineData("""{"a": "\uD83D\ud83d\uDE00"}""", "\uFFFD\U0001F600")]
    [InlineData("""{"a": "\\ud800"}""", @"\ud800")]
    [InlineData("""{"a": "\\\ud800\\"}""", "\\\uFFFD\\")]
    public void Unpaired_surrogates_count_as_replacement_characters(string line, string expected)
    {
        using var document = JsonLine.Parse(line);
        Assert.Equal(expected, document.RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public void A_raw_unpaired_surrogate_counts_too()
    {
        using var document = JsonLine.Parse("{\"a\": \"x" + '\uD800' + "\U0001F600\"}");
        Assert.Equal("x\uFFFD\U0001F600", document.RootElement.GetProperty("a").GetString());
    }

    [Fact]
    public void Strings_are_valid_json_and_readable()
    {
        var every = string.Concat(Enumerable.Range(0, 0x3000).Select(unit => (char)unit)) + "\U0001F600\uFFFE" + '\uDC00';
        var line = JsonLine.Of("a", every);

        using var document = JsonDocument.Parse(line);
        Assert.Equal(every[..^1] + '\uFFFD', document.RootElement.GetProperty("a").GetString());
        Assert.Contains("\u00E9", line, StringComparison.Ordinal);
        Assert.Contains("\U0001F600", line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Fact]
    public async Task A_refused_line_is_answered_and_the_others_go_on()
    {
        var (code, output, error) = await RunAsync("{\"a\":1}\r\n\nnonsense\n[1]\n{\"a\":2}");

        var kinds = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.StartsWith("{\"error\":\"", StringComparison.Ordinal));
        Assert.Equal([false, true, true, true, false], kinds);
        Assert.Equal(3, code);
        Assert.Contains("3 of 5", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused_in_their_line()
    {
        using var output = new StringWriter();
        using var input = StandardInput.Reader(new MemoryStream([0xEF, 0xBB, 0xBF, .. "{\"a\":\"é\"}\n{\"a\":\""u8, 0xC3, 0x28, .. "\"}\n{\"a\":3}\n"u8]));

        await Assert.ThrowsAsync<InputException>(() => JsonLines.RunAsync(Host(input, output), line => line.GetRawText(), TestContext.Current.CancellationToken));

        Assert.Equal(
            ["{\"a\":\"é\"}", "{\"error\":\"The line has bytes that are not UTF-8.\"}", "{\"a\":3}"],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_prompt_that_is_no_text_is_refused()
    {
        using var input = StandardInput.Reader(new MemoryStream([(byte)'a', 0xFF]));
        await Assert.ThrowsAsync<InputException>(() => PromptInput.ReadAsync("-", input, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Lines_end_with_line_feeds_only_and_none_is_too_long_for_memory()
    {
        var lines = new LineReader(new StringReader("a\u2028\rb\n" + new string('x', 200_000) + "\n\ny"), maxLength: 100_000);

        var read = new List<string?>();
        while (await lines.ReadAsync(TestContext.Current.CancellationToken) is { } line)
        {
            read.Add(line.Text);
        }

        Assert.Equal(["a\u2028\rb", null, "", "y"], read);
    }

    [Fact]
    public async Task Output_that_nobody_reads_ends_the_command()
    {
        using var output = new StringWriter();
        var host = Host(new EndlessReader(), output) with { IsOutputClosed = () => true };

        var code = await JsonLines.RunAsync(host, line => line.GetRawText(), TestContext.Current.CancellationToken);

        Assert.Equal((ExitCode.Cancelled, "{}\n"), (code, output.ToString()));
    }

    [Fact]
    public async Task A_cancellation_is_noticed_while_the_input_is_silent()
    {
        using var silent = new SilentReader();
        using var cancel = new CancellationTokenSource();
        var run = JsonLines.RunAsync(Host(silent, TextWriter.Null), line => line.GetRawText(), cancel.Token);
        await silent.Reading;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Theory]
    [InlineData("tokenize", """{"text": "a", "text": "b"}""")]
    [InlineData("detokenize", """{"ids": [1], "ids": [2]}""")]
    [InlineData("tokenize", """{"special": true}""")]
    [InlineData("tokenize", """{"text": null}""")]
    [InlineData("tokenize", """{"text": "a", "special": 1}""")]
    [InlineData("tokenize", """{"text": "a", "add_bos": true}""")]
    [InlineData("detokenize", """{"text": "a"}""")]
    [InlineData("detokenize", """{"ids": [1.5]}""")]
    [InlineData("detokenize", """{"ids": ["1"]}""")]
    [InlineData("detokenize", """{"ids": [-1]}""")]
    [InlineData("detokenize", """{"ids": [99999999]}""")]
    [InlineData("detokenize", """{"ids": [99999999999]}""")]
    [InlineData("detokenize", """{"ids": [1], "skip_special": "yes"}""")]
    public async Task A_line_of_another_form_is_refused(string command, string line)
    {
        var run = await CliRun.With(
            new Dictionary<string, string>(), [command, "--tokenizer", GoldenLines.Folder("tiny-qwen2-400")], line);

        Assert.Equal(3, run.ExitCode);
        Assert.True(run.Json.TryGetProperty("error", out _), run.Output);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string input)
    {
        using var output = new StringWriter();
        try
        {
            return (await JsonLines.RunAsync(
                Host(new StringReader(input), output), line => line.GetRawText(), TestContext.Current.CancellationToken), output.ToString(), "");
        }
        catch (InputException exception)
        {
            return (Failure.Of(exception).ExitCode, output.ToString(), exception.Message);
        }
    }

    private static CliHost Host(TextReader input, TextWriter output) =>
        new(input, output, TextWriter.Null, _ => null, Path.GetTempPath(), LiveError: false, TimeProvider.System);

    private sealed class EndlessReader : TextReader
    {
        public override int Read(Span<char> buffer)
        {
            "{}\n".CopyTo(buffer);
            return 3;
        }
    }

    private sealed class SilentReader : TextReader
    {
        private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _ended = new();

        public Task Reading => _reading.Task;

        public override int Read(Span<char> buffer)
        {
            _reading.SetResult();
            _ended.Wait(TestContext.Current.CancellationToken);
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            _ended.Set();
            base.Dispose(disposing);
        }
    }
}
