using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

public sealed class TrainJobCommandTests
{
    [Fact]
    public async Task A_training_is_asked_for_with_every_option_and_its_end_is_shown()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();

        var run = await CliRun.On(
            platform, "train", "job", "create", "--dataset", "sums", "--id", "job", "--expert-id", "trained", "--overwrite", "--verifier", "regex",
            "--verifier-argument", "x", "--objective", "reinforce", "--steps", "7", "--prompts", "6", "--samples", "5", "--max-answer-tokens", "4",
            "--learning-rate", "0.5", "--kl", "0", "--temperature", "0.75", "--modules", "all", "--seed", "3", "--validation-interval", "2", "--patience", "1",
            "--max-spectral-drift", "0.25", "--regression-dataset", "old", "--max-regression", "0", "--csv", folder.File("course.csv"), "--chart", folder.File("course.svg"));

        var expected = new CreateTrainingRequest
        {
            TrainingId = "job",
            ExpertId = "trained",
            Overwrite = true,
            Recipe = new TrainingRecipe
            {
                Dataset = "sums",
                Verifier = new Verifier { Name = "regex", Argument = "x" },
                Objective = "reinforce",
                Steps = 7,
                Prompts = 6,
                Samples = 5,
                MaxAnswerTokens = 4,
                LearningRate = 0.5,
                KlCoefficient = 0,
                Temperature = 0.75,
                Modules = "all",
                Seed = 3,
                ValidationInterval = 2,
                Patience = 1,
            },
            Gates = new TrainingGates { MaxSpectralDrift = 0.25, RegressionDataset = "old", MaxRegression = 0 },
        };
        Assert.Equal(expected, platform.Training.Request);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"state +succeeded\n", run.Output);
        Assert.Matches(@"test +4 of 10 right without, 7 with the expert \(lost 1, gained 4, p = 0[.]375\)\n", run.Output);
        Assert.Equal(
            "step,loss,reward,validation,kl\n0,,,0.25,\n1,1.5,-0.5,,0.125\n2,NaN,0.5,0.75,0.25\n",
            await File.ReadAllTextAsync(folder.File("course.csv"), TestContext.Current.CancellationToken));
        Assert.Contains("<svg", await File.ReadAllTextAsync(folder.File("course.svg"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrainingState.Quarantined, null, 0)]
    [InlineData(TrainingState.Cancelled, "CANCELLED", 130)]
    [InlineData(TrainingState.Failed, "REWARD_FAILED", 3)]
    [InlineData(TrainingState.Failed, "EXPERT_QUOTA", 7)]
    [InlineData(TrainingState.Failed, "INTERNAL", 1)]
    public async Task The_end_of_a_training_is_the_end_of_watching_it(TrainingState state, string? reason, int code)
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Training.End = FakeTraining.Ended(state, reason);

        Assert.Equal(code, (await CliRun.On(platform, "train", "job", "watch", "job")).ExitCode);
    }

    [Fact]
    public async Task Programs_get_a_line_for_every_change_that_they_watch()
    {
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.On(platform, "train", "job", "watch", "job", "--output-format", "json");

        Assert.Equal((0, 2), (run.ExitCode, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Theory]
    [InlineData("pause", "paused")]
    [InlineData("resume", "queued")]
    [InlineData("cancel", "cancelled")]
    [InlineData("show", "succeeded")]
    [InlineData("list", "quarantined")]
    [InlineData("delete", "deleted job")]
    public async Task A_job_is_changed_and_shown(string verb, string shown)
    {
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.On(platform, verb == "list" ? ["train", "job", "list"] : ["train", "job", verb, "job"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(shown, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_sets_are_uploaded_with_their_digest_listed_shown_and_deleted()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("sums.jsonl"), "{}\n", TestContext.Current.CancellationToken);

        var uploaded = await CliRun.On(platform, "dataset", "upload", folder.File("sums.jsonl"), "--id", "sums", "--overwrite");

        Assert.Equal((0, "{}\n"), (uploaded.ExitCode, platform.Training.Content));
        Assert.Equal(("sums", 3, true, 64), (platform.Training.Metadata!.DatasetId, platform.Training.Metadata.SizeBytes, platform.Training.Metadata.Overwrite, platform.Training.Metadata.Sha256.Length));
        Assert.Matches(@"train +5\n", uploaded.Output);
        Assert.Contains("sums", (await CliRun.On(platform, "dataset", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CliRun.On(platform, "dataset", "show", "sums")).ExitCode);
        Assert.Equal(4, (await CliRun.On(platform, "dataset", "show", "gone")).ExitCode);
        Assert.Equal("deleted sums\n", (await CliRun.On(platform, "dataset", "delete", "sums")).Output);
    }
}
