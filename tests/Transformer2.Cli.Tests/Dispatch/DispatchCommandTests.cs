using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

public sealed class DispatchCommandTests
{
    [Fact]
    public async Task Explain_shows_categories_and_who_answers()
    {
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.On(platform, "dispatch", "explain", "2 + 2");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("sums      0.7500       -0.250   math     <-", run.Output, StringComparison.Ordinal);
        Assert.Contains("verse     0.2500                -", run.Output, StringComparison.Ordinal);
        Assert.Contains("(remembered)", run.Output, StringComparison.Ordinal);
        Assert.Equal("2 + 2", Assert.Single(platform.Generation.Asked!.Messages.Messages).Content);
        Assert.Null(platform.Generation.Asked.Selection.Auto.Policy);
    }

    [Fact]
    public async Task Explain_takes_a_policy_a_strategy_and_a_raw_prompt()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("p.json"), """{ "confidence_threshold": 0.5, "fallback": { "refuse": {} } }""", TestContext.Current.CancellationToken);

        var run = await CliRun.On(platform, "dispatch", "explain", "--raw", "x", "--strategy", "classifier", "--policy", folder.File("p.json"), "--output-format", "json");

        Assert.Equal("prompt", run.Json.GetProperty("strategy").GetString());
        var asked = platform.Generation.Asked!;
        Assert.Equal("x", asked.Prompt);
        Assert.Equal(
            new DispatchPolicy { Strategy = "classifier", ConfidenceThreshold = 0.5, Fallback = new DispatchFallback { Refuse = new Refusal() } },
            asked.Selection.Auto.Policy);
    }

    [Fact]
    public async Task Generate_leaves_the_choice_to_the_platform_when_asked_to()
    {
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.On(platform, "generate", "--auto", "--strategy", "mixture", "hi");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("mixture", platform.Generation.Request!.Selection.Auto.Policy.Strategy);
    }

    [Theory]
    [InlineData("--auto leaves the choice", "generate", "--auto", "--expert", "math", "hi")]
    [InlineData("are for --auto", "generate", "--strategy", "prompt", "hi")]
    public async Task Options_that_exclude_each_other_are_a_usage_error(string message, params string[] args)
    {
        var run = await CliRun.Async(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"unknown\": 1 }")]
    [InlineData("{ \"confidence_threshold\": \"high\" }")]
    [InlineData("{ \"mode\": \"FAST\" }")]
    public async Task A_file_that_is_no_policy_is_refused_in_one_line(string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("p.json"), content, TestContext.Current.CancellationToken);

        var run = await CliRun.Async("dispatch", "policy", "set", folder.File("p.json"));

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("is not a dispatch policy", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_policy_is_set_shown_and_reset()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(
            folder.File("p.json"),
            """{ "categories": [ { "name": "sums", "expert": { "name": "math" } }, { "name": "other" } ], "memoize": false }""",
            TestContext.Current.CancellationToken);

        var set = await CliRun.On(platform, "dispatch", "policy", "set", folder.File("p.json"));
        Assert.Equal(0, set.ExitCode);
        Assert.Equal(2, platform.Adaptation.Policy.Categories.Count);
        Assert.True(platform.Adaptation.Policy.HasMemoize);

        var shown = await CliRun.On(platform, "dispatch", "policy", "show");
        Assert.Equal("top", shown.Json.GetProperty("composition").GetString());
        var own = await CliRun.On(platform, "dispatch", "policy", "show", "--own");
        Assert.False(own.Json.TryGetProperty("composition", out _));
        await File.WriteAllTextAsync(folder.File("again.json"), own.Output, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await CliRun.On(platform, "dispatch", "policy", "set", folder.File("again.json"))).ExitCode);

        Assert.Equal(0, (await CliRun.On(platform, "dispatch", "policy", "reset")).ExitCode);
        Assert.Empty(platform.Adaptation.Policy.Categories);
    }
}
