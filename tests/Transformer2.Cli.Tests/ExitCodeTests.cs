using Grpc.Core;

namespace Transformer2.Cli.Tests;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(StatusCode.InvalidArgument, 3)]
    [InlineData(StatusCode.FailedPrecondition, 3)]
    [InlineData(StatusCode.AlreadyExists, 3)]
    [InlineData(StatusCode.NotFound, 4)]
    [InlineData(StatusCode.Unauthenticated, 5)]
    [InlineData(StatusCode.PermissionDenied, 5)]
    [InlineData(StatusCode.Unavailable, 6)]
    [InlineData(StatusCode.DeadlineExceeded, 6)]
    [InlineData(StatusCode.Aborted, 6)]
    [InlineData(StatusCode.ResourceExhausted, 7)]
    [InlineData(StatusCode.Internal, 1)]
    [InlineData(StatusCode.DataLoss, 1)]
    public async Task A_refusal_ends_with_its_code_and_names_its_reason(StatusCode status, int code)
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Generation.Failure = FakePlatform.Refusal(status, "SOME_REASON", "Some text.");

        var run = await CliRun.On(platform, "generate", "hi");

        Assert.Equal((code, "", "t2: SOME_REASON: Some text." + Environment.NewLine), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task A_busy_server_says_when_to_try_again()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Generation.Failure = FakePlatform.Refusal(StatusCode.ResourceExhausted, "OVERLOADED", "Busy.", TimeSpan.FromSeconds(2.1));

        var run = await CliRun.On(platform, "generate", "hi");

        Assert.Equal("t2: OVERLOADED: Busy. Try again in 3 s." + Environment.NewLine, run.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("generate")]
    [InlineData("generate hi --no-such-option")]
    [InlineData("generate hi --max-tokens many")]
    [InlineData("generate hi --expert math=much")]
    [InlineData("generate hi --raw --system s")]
    [InlineData("generate hi --server nowhere")]
    [InlineData("generate hi --server file:///tmp")]
    [InlineData("generate hi --output-format xml")]
    [InlineData("expert upload file")]
    [InlineData("train expert --model m --category sports --output f")]
    [InlineData("train base --output o --steps 0")]
    [InlineData("train base --output o --threads 0")]
    [InlineData("train expert --model m --category math --output f --threads 100000")]
    [InlineData("evaluate --model m --questions 0")]
    [InlineData("evaluate --model m --split all")]
    [InlineData("tokenize")]
    [InlineData("chat-template")]
    [InlineData("chat-template --tokenizer d --template f")]
    [InlineData("chat-template --template f --name n")]
    public async Task Wrong_usage_ends_with_2_and_prints_nothing_on_standard_output(string line)
    {
        var run = await CliRun.Async(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("t2: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expert inspect no-such-file")]
    [InlineData("expert upload no-such-file --id a")]
    [InlineData("model logits --model no-such-folder --tokens no-such-file --output o")]
    [InlineData("evaluate --model no-such-folder")]
    [InlineData("tokenize --tokenizer no-such-folder")]
    [InlineData("detokenize --tokenizer no-such-folder")]
    [InlineData("chat-template --tokenizer no-such-folder")]
    [InlineData("chat-template --template no-such-file")]
    [InlineData("safetensors no-such-file")]
    [InlineData("train expert --model no-such-folder --category math --output o")]
    public async Task A_file_that_is_not_there_ends_with_4(string line) =>
        Assert.Equal(4, (await CliRun.Async(line.Split(' '))).ExitCode);

    [Theory]
    [InlineData("expert inspect", "")]
    [InlineData("expert inspect", ".")]
    [InlineData("expert upload --id a", "")]
    [InlineData("expert upload --id a", ".")]
    [InlineData("safetensors", "")]
    [InlineData("safetensors", ".")]
    [InlineData("chat-template --template", "")]
    [InlineData("chat-template --template", ".")]
    [InlineData("model logits --model m --output o --tokens", "")]
    [InlineData("model logits --model m --output o --tokens", ".")]
    [InlineData("model generate --model m --tokens", ".")]
    public async Task A_folder_or_nothing_for_a_file_ends_with_3(string line, string path)
    {
        var run = await CliRun.Async([.. line.Split(' '), path]);

        Assert.Equal(3, run.ExitCode);
        Assert.Matches("is a folder, not a file|is empty", run.Error);
    }

    [Fact]
    public async Task A_server_that_is_not_there_ends_with_6()
    {
        var platform = await FakePlatform.StartAsync();
        await platform.DisposeAsync();

        Assert.Equal(6, (await CliRun.On(platform, "model", "show")).ExitCode);
    }

    [Fact]
    public async Task The_help_and_the_manual_list_the_codes()
    {
        var help = await CliRun.Async("--help");

        Assert.Equal(0, help.ExitCode);
        Assert.EndsWith(ExitCode.Table, help.Output, StringComparison.Ordinal);
        var manual = await File.ReadAllTextAsync(RepositoryFile("docs/cli.md"), TestContext.Current.CancellationToken);
        var codes = ExitCode.Table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Trim());
        Assert.All(codes, line => Assert.Contains($"| {line.Split(' ')[0]} | {line[line.IndexOf(' ', StringComparison.Ordinal)..].Trim()} |", manual, StringComparison.Ordinal));
    }

    private static string RepositoryFile(string relative)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "global.json")))
        {
            directory = directory.Parent;
        }

        return Path.Combine(directory.FullName, relative);
    }
}
