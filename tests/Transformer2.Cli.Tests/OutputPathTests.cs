using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>An output that cannot be written is a matter of usage, and is said before anything is computed or asked of a server.</summary>
public sealed class OutputPathTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OutputPathTests()
    {
        Directory.CreateDirectory(_folder.File("folder"));
        File.WriteAllText(_folder.File("file"), "kept");
    }

    [Theory]
    [InlineData("train base --steps 1 --output", "file", "is a file, not a folder")]
    [InlineData("train base --steps 1 --output", "file/below", "is a file, not a folder")]
    [InlineData("model decompose no-such-model --cache", "file", "is a file, not a folder")]
    [InlineData("train expert --model no-such-model --category math --output", "folder", "is a folder, not a file")]
    [InlineData("train expert --model no-such-model --category math --output", "missing/file", "there is no folder")]
    [InlineData("train expert --model no-such-model --category math --output new --loss-curve", "folder", "--loss-curve: ")]
    [InlineData("expert download math --output", "folder", "is a folder, not a file")]
    [InlineData("expert download math --output", "missing/file", "there is no folder")]
    [InlineData("expert download math --output", "file/below", "there is no folder")]
    [InlineData("model logits --model no-such-model --tokens no-such-file --output", "folder", "is a folder, not a file")]
    [InlineData("model logits --model no-such-model --tokens no-such-file --output", "new/", "is a folder, not a file")]
    [InlineData("model energy no-such-model --chart", "folder", "--chart: ")]
    [InlineData("evaluate --model no-such-model --chart", "missing/file", "--chart: ")]
    public async Task Of_another_kind_or_nowhere(string line, string path, string message)
    {
        var run = await CliRun.Async([.. line.Split(' '), _folder.File(path)]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal("kept", await File.ReadAllTextAsync(_folder.File("file"), TestContext.Current.CancellationToken));
        Assert.Equal(2, Directory.GetFileSystemEntries(_folder.Path).Length);
    }

    // Not even the superuser writes there.
    [Theory]
    [InlineData("train base --steps 1 --output", "/sys/t2")]
    [InlineData("expert download math --output", "/sys/t2")]
    [InlineData("expert download math --output", "/dev/null")]
    [InlineData("expert download math --output", "")]
    [InlineData("train base --steps 1 --output", "")]
    public async Task Where_nothing_can_be_written(string line, string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux has folders that nobody can write to.");

        var run = await CliRun.Async([.. line.Split(' '), path]);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("t2: --output", run.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
