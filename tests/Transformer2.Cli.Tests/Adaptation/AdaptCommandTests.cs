using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

public sealed class AdaptCommandTests
{
    private const string TwoExamples = """
        {"prompt": "1+1", "answer": "2"}
        {"answer": "4", "prompt": "2+2"}

        """;

    [Fact]
    public async Task A_search_is_asked_for_with_every_option_and_its_end_is_shown()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();

        var run = await Search(
            platform, folder, TwoExamples, "--id", "job", "--expert-id", "mixed", "--overwrite", "--seed", "7", "--per-matrix", "--strategy", "cem",
            "--population", "64", "--generations", "5", "--elite-ratio", "0.25", "--parity");

        var request = platform.Adaptation.Request!;
        Assert.Equal(("job", "mixed", true), (request.AdaptationId, request.ExpertId, request.Overwrite));
        var search = request.FewShot;
        Assert.Equal(["math", "code"], search.Experts);
        Assert.Equal([("1+1", "2"), ("2+2", "4")], search.Examples.Select(example => (example.Prompt, example.Answer)));
        Assert.Equal(
            (7UL, true, "cem", 64, 5, 0.25, true),
            (search.Seed, search.PerMatrix, search.Strategy, search.Population, search.Generations, search.EliteRatio, search.Parity));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(@"state +succeeded\n", run.Output);
        Assert.Matches(@"math +0[.]7500\n", run.Output);
        Assert.Matches(@"code +0[.]2500 on average over 2 matrices, 0[.]1250 to 0[.]3750\n", run.Output);
        Assert.Contains("9 generations, 2048 evaluations\n", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"CANDIDATE +LOG-LIKELIHOOD \(HELD OUT\) +CORRECT +LOG-LIKELIHOOD \(SEARCHED\) +CORRECT\n", run.Output);
        Assert.Matches(@"found +-0[.]2500 +3 of 3 +-0[.]1250 +7 of 7\n", run.Output);
        Assert.Matches(@"base model +-1[.]5000 +1 of 3 +no number\n", run.Output);
    }

    [Fact]
    public async Task Programs_get_one_document_or_a_line_for_every_change_that_they_watch()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();

        var begun = await Search(platform, folder, TwoExamples, "--no-wait", "--output-format", "json");
        var ended = await Search(platform, folder, TwoExamples, "--output-format", "json");
        var watched = await CliRun.On(platform, "adapt", "watch", "job", "--output-format", "json");

        Assert.Equal("ADAPTATION_STATE_QUEUED", begun.Json.GetProperty("state").GetString());
        Assert.Equal(9, ended.Json.GetProperty("few_shot_result").GetProperty("generations").GetInt32());
        Assert.Equal(
            ["ADAPTATION_STATE_RUNNING", "ADAPTATION_STATE_SUCCEEDED"],
            watched.Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("state").GetString()));
    }

    [Theory]
    [InlineData("SCORE_NOT_FINITE", 3)]
    [InlineData("EXPERT_NOT_FOUND", 4)]
    [InlineData("EXPERT_QUOTA", 7)]
    [InlineData("INTERNAL", 1)]
    public async Task A_job_that_fails_ends_the_command_as_its_reason_does(string reason, int exitCode)
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Adaptation.End = FakeAdaptation.Failed(reason);

        var run = await CliRun.On(platform, "adapt", "watch", "job");

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Matches($@"error +{reason}: Because[.]\n", run.Output);
    }

    [Fact]
    public async Task Who_stops_waiting_is_told_that_the_job_goes_on()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Adaptation.Holds = true;
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = CliRun.On(platform, interrupted.Token, "adapt", "watch", "job");
        await platform.Adaptation.Watched;

        await interrupted.CancelAsync();
        var run = await running;

        Assert.Equal(130, run.ExitCode);
        Assert.Equal("t2: the job goes on; 't2 adapt watch job' follows it, 't2 adapt cancel job' ends it\nt2: cancelled\n", run.Error);
    }

    [Theory]
    [InlineData("{\"prompt\": \"a\", \"answer\": \"b\"}\n{\"prompt\": \"a\"}\n", "line 2: 'answer' is missing or is not a string.")]
    [InlineData("\n", "line 1: The line is not JSON")]
    [InlineData("{\"prompt\": \"a\", \"answer\": \"b\", \"label\": \"c\"}", "line 1: 'label' is not one of prompt, answer.")]
    [InlineData("[]", "line 1: The line is not a JSON object")]
    public async Task A_line_that_is_no_example_is_named(string examples, string message)
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();

        var run = await Search(platform, folder, examples);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Null(platform.Adaptation.Request);
    }

    [Fact]
    public async Task A_training_is_asked_for_and_its_confusion_is_shown()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();
        platform.Adaptation.End = FakeAdaptation.Trained();
        await File.WriteAllTextAsync(folder.File("labels.jsonl"), """{"prompt": "1+1", "label": "sums"}""", TestContext.Current.CancellationToken);

        var run = await CliRun.On(
            platform, "adapt", "classifier", "--examples", folder.File("labels.jsonl"), "--id", "job", "--objective", "reinforce", "--steps", "20", "--seed", "3");

        var training = platform.Adaptation.Request!.Classifier;
        Assert.Equal(("reinforce", 20, 3UL), (training.Objective, training.Steps, training.Seed));
        Assert.Equal([("1+1", "sums")], training.Prompts.Select(prompt => (prompt.Prompt, prompt.Label)));
        Assert.Contains("right without the expert: 6 of 10 prompts", run.Output, StringComparison.Ordinal);
        Assert.Contains("right with the expert:    9 of 10 prompts", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"verse +1 +4\n", run.Output);
    }

    [Fact]
    public async Task Jobs_are_listed_shown_cancelled_and_deleted()
    {
        await using var platform = await FakePlatform.StartAsync();

        Assert.Matches(@"job +few-shot +failed +50 % +mixed +1970-01-01 00:00:00Z +SCORE_NOT_FINITE\n", (await CliRun.On(platform, "adapt", "list")).Output);
        Assert.Contains("succeeded", (await CliRun.On(platform, "adapt", "show", "job")).Output, StringComparison.Ordinal);
        Assert.Equal(4, (await CliRun.On(platform, "adapt", "show", "gone")).ExitCode);
        Assert.Matches(@"state +cancelled\n", (await CliRun.On(platform, "adapt", "cancel", "job")).Output);
        Assert.Equal("deleted job\n", (await CliRun.On(platform, "adapt", "delete", "job")).Output);
    }

    private static async Task<CliRun> Search(FakePlatform platform, TemporaryFolder folder, string examples, params string[] options)
    {
        await File.WriteAllTextAsync(folder.File("examples.jsonl"), examples, TestContext.Current.CancellationToken);
        return await CliRun.On(
            platform, ["adapt", "few-shot", "--expert", "math", "--expert", "code", "--examples", folder.File("examples.jsonl"), .. options]);
    }
}
