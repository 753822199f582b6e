using System.CommandLine;

namespace Transformer2.Cli.Tests;

/// <summary>What the command line says of itself, and of what it does not understand.</summary>
public sealed class UsageTests
{
    private static readonly CliHost Nobody = new(
        TextReader.Null, TextWriter.Null, TextWriter.Null, _ => null, Path.GetTempPath(), LiveError: false, TimeProvider.System);

    // Options without a value.
    private static readonly Type[] Bare = [typeof(bool), typeof(void)];

    private static readonly string[] AnyCommand = ["model", "show"];

    /// <summary>Every command with its path, the root first.</summary>
    public static TheoryData<string> Commands => [.. Tree().Select(entry => entry.Path)];

    [Theory]
    [InlineData("generate hi --seed -1", "--seed: '-1' is not a whole number from 0 to 18446744073709551615. See t2 generate --help.")]
    [InlineData("generate hi --max-tokens abc", "--max-tokens: 'abc' is not a whole number of at most 2147483647. See t2 generate --help.")]
    [InlineData("generate hi --output-format xml", "--output-format: 'xml' is not text or json. See t2 generate --help.")]
    [InlineData("generate hi --output-format 1", "--output-format: '1' is not text or json. See t2 generate --help.")]
    [InlineData("generate hi --temperature 0,1", "--temperature: '0,1' is not a number. See t2 generate --help.")]
    [InlineData("model energy m --modules bias", "--modules: 'bias' is not mlp, attention or all. See t2 model energy --help.")]
    [InlineData("model energy m --parallel 1", "t2 model energy knows no '--parallel' here. See t2 model energy --help.")]
    [InlineData("nonsense", "t2 knows no 'nonsense' here. See t2 --help.")]
    [InlineData("train", "t2 train needs a command: base, expert, classifier. See t2 train --help.")]
    public async Task Mistakes_are_told_in_the_users_words(string line, string message)
    {
        var run = await CliRun.Async(line.Split(' '));

        Assert.Equal((2, "", $"t2: {message}{Environment.NewLine}"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public async Task Without_arguments_the_commands_are_named()
    {
        var run = await CliRun.Async();

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Matches("^t2: t2 needs a command: generate, dispatch, adapt, expert, .*lab[.] See t2 --help[.]\n$", run.Error);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task No_message_about_a_value_names_a_type(string path)
    {
        var command = Tree().Single(entry => entry.Path == path).Command;
        foreach (var option in command.Options.Where(option => option.ValueType.IsValueType && !Bare.Contains(option.ValueType)))
        {
            var run = await CliRun.Async([.. path == "t2" ? AnyCommand : path.Split(' ').Skip(1), option.Name, "no~such"]);

            Assert.Equal(2, run.ExitCode);
            Assert.Contains($"{option.Name}: 'no~such' is not ", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("System.", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("Transformer2.", run.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_has_a_help_that_describes_all_of_it(string path)
    {
        var run = await CliRun.Async([.. path.Split(' ').Skip(1), "--help"]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var command = Tree().Single(entry => entry.Path == path).Command;
        Assert.All(
            command.Options.Concat<Symbol>(command.Arguments).Concat(command.Subcommands).Append(command),
            symbol =>
            {
                Assert.False(string.IsNullOrWhiteSpace(symbol.Description), symbol.Name);
                Assert.Contains(symbol is RootCommand ? "t2" : symbol.Name, run.Output, StringComparison.Ordinal);
            });
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        var run = await CliRun.Async("--version");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"^t2 \d+\.\d+\.\d+( \([0-9a-f]{12}\))?\n$", run.Output);
    }

    private static IEnumerable<(string Path, Command Command)> Tree() => Below("t2", CommandTree.Create(Nobody));

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command) =>
        command.Subcommands.SelectMany(subcommand => Below($"{path} {subcommand.Name}", subcommand)).Prepend((path, command));
}
