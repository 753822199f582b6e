using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>What <c>t2 train expert</c> can be told to learn from, with too few steps to learn anything.</summary>
[Collection(TorchThreads.Collection)]
public sealed class ExpertObjectiveTests
{
    private static readonly string Nano = SharedFiles.Path("../models/nano");

    [Fact]
    public async Task An_expert_learns_from_rewards_of_one_family_and_draws_its_course()
    {
        using var folder = new TemporaryFolder();
        var (expert, curve) = (folder.File("add.safetensors"), folder.File("curve.csv"));

        var made = await CliRun.Async(
            "train", "expert", "--model", Nano, "--category", "math", "--family", "add", "--objective", "reinforce", "--prompts", "2", "--samples", "2", "--steps", "2",
            "--validation-interval", "2", "--modules", "all", "--layers", "1-2", "--learning-curve", curve, "--output", expert, "--threads", "1", "--output-format", "json");

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal("reinforce", made.Json.GetProperty("objective").GetString());
        Assert.Equal([0, 2], made.Json.GetProperty("validation").EnumerateArray().Select(look => look.GetProperty("step").GetInt32()));
        Assert.Equal(60, made.Json.GetProperty("validation")[0].GetProperty("own_accuracy").GetProperty("n").GetInt32());
        Assert.Equal("step,loss,reward,validation,kl", File.ReadLines(curve).First());
        Assert.Equal(4, File.ReadLines(curve).Count());
        Assert.True(File.Exists(Path.ChangeExtension(curve, ".svg")));
        Assert.False(File.Exists(expert + ".checkpoint"));
        Assert.Equal(0, (await CliRun.Async("expert", "inspect", expert, "--model", Nano)).ExitCode);
    }

    [Fact]
    public async Task A_low_rank_update_learns_from_demonstrations()
    {
        using var folder = new TemporaryFolder();
        var output = folder.File("lora.safetensors");
        var made = await CliRun.Async(
            "train", "expert", "--model", Nano, "--category", "code", "--family", "sort", "--adapter", "lora", "--modules", "qv", "--rank", "2", "--dropout", "0.05",
            "--steps", "1", "--output", output, "--threads", "1", "--output-format", "json");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(4 * 2 * 2 * 2 * 192, made.Json.GetProperty("parameters").GetInt32());
        Assert.Equal(0, (await CliRun.Async("safetensors", output)).ExitCode);
    }

    [Theory]
    [InlineData(2, "--samples goes with", "--samples", "4")]
    [InlineData(2, "'word' is none of", "--family", "word")]
    [InlineData(2, "'sort' is none of", "--family", "sort")]
    [InlineData(2, "is no range", "--layers", "3-1")]
    [InlineData(2, "--objective", "--objective", "dpo")]
    [InlineData(2, "needs at least 2", "--objective", "reinforce", "--samples", "1")]
    [InlineData(2, "learning rate", "--objective", "reinforce", "--learning-rate", "NaN")]
    [InlineData(3, "none of them", "--layers", "90-99")]
    public async Task Options_that_do_not_go_are_refused(int code, string named, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var run = await CliRun.Async(["train", "expert", "--model", Nano, "--category", "math", "--output", folder.File("x.safetensors"), "--threads", "1", .. options]);
        Assert.Equal((code, ""), (run.ExitCode, run.Output));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }
}
