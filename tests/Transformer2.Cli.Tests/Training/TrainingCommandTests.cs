using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>The way from nothing to a measured expert, with too few steps to learn anything.</summary>
[Collection(TorchThreads.Collection)]
public sealed class TrainingCommandTests
{
    [Fact]
    public async Task A_base_model_and_an_expert_are_trained_and_evaluated()
    {
        using var folder = new TemporaryFolder();
        var (model, expert) = (folder.File("base"), folder.File("math.safetensors"));

        var trained = await CliRun.Async("train", "base", "--output", model, "--steps", "2", "--seed", "7", "--threads", "1", "--output-format", "json");
        Assert.Equal((0, 2), (trained.ExitCode, trained.Json.GetProperty("steps").GetInt32()));
        Assert.True(trained.Json.GetProperty("loss").GetDouble() > 1);
        Assert.Equal(1, TorchSharp.torch.get_num_threads());
        Assert.False(File.Exists(Path.Combine(model, "checkpoint.safetensors")));

        var again = await CliRun.Async("train", "base", "--output", model);
        Assert.Equal(3, again.ExitCode);

        var made = await CliRun.Async(
            "train", "expert", "--model", model, "--category", "math", "--output", expert, "--steps", "1", "--threads", "1", "--output-format", "json");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal([0, 1], made.Json.GetProperty("validation").EnumerateArray().Select(look => look.GetProperty("step").GetInt32()));
        Assert.Equal(0, (await CliRun.Async("expert", "inspect", expert)).ExitCode);

        var report = await CliRun.Async(
            "evaluate", "--model", model, "--expert", expert, "--questions", "2", "--output-format", "json");
        Assert.True(report.ExitCode == 0, report.Error);
        Assert.Equal(["base", "math"], report.Json.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()));
        Assert.All(report.Json.GetProperty("families").EnumerateArray(), family => Assert.All(
            family.GetProperty("results").EnumerateArray(),
            result => Assert.InRange(result.GetProperty("value").GetDouble(), result.GetProperty("low").GetDouble(), result.GetProperty("high").GetDouble())));

        var half = await CliRun.Async("evaluate", "--model", model, "--expert", expert, "--questions", "1", "--dtype", "bfloat16", "--device", "cpu");
        Assert.True(half.ExitCode == 0, half.Error);
    }

    [Theory]
    [InlineData("float16: training computes in float32 only", "train", "expert", "--category", "math", "--output", "x", "--dtype", "float16")]
    [InlineData("'float64' is not one of", "train", "expert", "--category", "math", "--output", "x", "--dtype", "float64")]
    [InlineData("'tpu' is not one of", "train", "expert", "--category", "math", "--output", "x", "--device", "tpu")]
    [InlineData("'float64' is not one of", "evaluate", "--dtype", "float64")]
    [InlineData("'tpu' is not one of", "evaluate", "--device", "tpu")]
    public async Task A_number_type_or_place_that_there_is_not_is_refused(string named, params string[] command)
    {
        var run = await CliRun.Async([.. command, "--model", "nowhere"]);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_trained_in_by_one_process_at_a_time()
    {
        using var folder = new TemporaryFolder();
        await using var other = new FileStream(folder.File("training.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        var refused = await CliRun.Async("train", "base", "--output", folder.Path, "--steps", "1");

        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("Another training", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_has_a_row_per_family_and_a_column_per_expert()
    {
        Accuracy[] results = [new(15, 30, 0.5, 0.33, 0.67), new(27, 30, 0.9, 0.74, 0.97)];
        var report = new EvaluationReport(
            "m", "test", 30, 1,
            [new EvaluationColumn("base", null), new EvaluationColumn("math", "math.safetensors")],
            [new EvaluationRow("word", "math", Unseen: true, results)],
            [new EvaluationRow("math", "math", Unseen: true, results)]);

        var lines = EvaluationView.Table(report).Split('\n').Select(line => line.TrimEnd()).ToArray();

        Assert.Equal("FAMILY  CATEGORY  N   BASE               MATH", lines[0]);
        Assert.Equal("word*   math      30  50.0 [33.0, 67.0]  90.0 [74.0, 97.0]", lines[1]);
    }
}
