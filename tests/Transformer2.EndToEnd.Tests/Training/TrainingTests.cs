using System.Globalization;
using System.Text;
using System.Text.Json;
using Transformer2.Client;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Trainings on data sets with the bundled model.</summary>
public sealed class TrainingTests
{
    private const string Kills = "T2_TEST_TRAINING_KILLS";
    private const int FewKills = 2;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_expert_is_trained_on_a_data_set_watched_measured_and_answers()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null);
        using var client = server.Client();
        var dataset = await UploadAsync(client, "sums");
        Assert.Equal((24, 12, 12), (dataset.TrainCount, dataset.ValidationCount, dataset.TestCount));
        Assert.Equal(dataset, await UploadAsync(client, "sums"));
        var damaged = await Refusal.Expect(
            Grpc.Core.StatusCode.InvalidArgument, "INVALID_DATASET", () => client.Datasets.UploadAsync(new UploadDatasetMetadata { DatasetId = "bad" }, Stream("{\"prompt\":\"a\"\n"), cancellationToken: Token));
        Assert.Equal("1", damaged.Metadata["line"]);

        var created = await client.Training.CreateAsync(Training("sums", steps: 4), Token);
        await client.Datasets.DeleteAsync("sums", Token);
        var told = await client.Training.WatchAsync("sums", Token).ToListAsync(Token);

        Assert.Equal(TrainingState.Queued, created.State);
        var ended = told[^1];
        Assert.True(ended.State == TrainingState.Succeeded, $"{ended}");
        Assert.Equal([1, 2, 3, 4], told.SelectMany(training => training.Steps).Select(step => step.Step));
        Assert.All(told.SelectMany(training => training.Steps), step => Assert.True(step.HasReward && step.HasKl && step.Drift > 0, $"{step}"));
        Assert.Equal([0, 2, 4], told.SelectMany(training => training.Validation).Select(look => look.Step));
        Assert.All(told.SelectMany(training => training.Validation), look => Assert.Equal(12, look.Count));
        Assert.Equal(12, ended.Result.Test.Count);
        Assert.Equal(ended.Result.Test.ExpertRight - ended.Result.Test.BaseRight, ended.Result.Test.Gained - ended.Result.Test.Lost);
        Assert.InRange(ended.Result.SpectralDrift, 0, 0.5);
        var expert = await client.Experts.GetAsync("sums", Token);
        Assert.Equal((36, 0), (expert.SeenQuestionCount, expert.QuarantineReasons.Count));
        Assert.Empty(await client.Adaptation.ListAsync(cancellationToken: Token).ToListAsync(Token));
        Assert.Empty(Assert.Single(await client.Training.ListAsync(cancellationToken: Token).ToListAsync(Token)).Steps);
        await Refusal.Expect(Grpc.Core.StatusCode.NotFound, "ADAPTATION_NOT_FOUND", () => client.Adaptation.GetAsync("sums", Token));

        // What only a job that has not ended needs goes right after its end; a job that is deleted has nothing of it.
        await client.Training.DeleteAsync("sums", Token);
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.File("data"), "trainings")));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.File("data"), "datasets"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task An_expert_that_does_not_pass_its_gates_answers_nobody_until_it_is_released()
    {
        BundledModel.SkipWithout();
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null);
        using var client = server.Client();
        await UploadAsync(client, "sums");
        var request = Training("sums", steps: 2);
        request.Recipe.Objective = "next-token";
        request.Recipe.LearningRate = 0.05;
        request.Gates = new TrainingGates { MaxSpectralDrift = 1e-9, RegressionDataset = "sums" };
        await client.Training.CreateAsync(request, Token);

        var ended = await client.Training.WatchAsync("sums", Token).LastAsync(Token);

        // Only a state that was better than the base model drifts at all.
        Assert.Equal(ended.Result.BestStep > 0 ? TrainingState.Quarantined : TrainingState.Succeeded, ended.State);
        Assert.Equal(12, ended.Result.Regression.Count);
        Assert.SkipUnless(ended.State == TrainingState.Quarantined, "No state was better than the base model.");
        var ask = new GenerateRequest { Prompt = "x", Selection = Select.Expert("sums"), MaxTokens = 2 };
        await Refusal.Expect(Grpc.Core.StatusCode.FailedPrecondition, "EXPERT_QUARANTINED", async () => await client.GenerateAsync(ask, Token).ToListAsync(Token));
        using var file = new MemoryStream();
        Assert.Equal(ended.Result.FailedGates, (await client.Experts.DownloadAsync("sums", file, cancellationToken: Token)).QuarantineReasons);
        await client.Experts.ReleaseAsync("sums", cancellationToken: Token);
        Assert.NotNull((await client.GenerateAsync(ask, Token).ToListAsync(Token))[^1].Completed);
    }

    [Fact]
    public async Task A_training_that_is_paused_or_whose_server_is_killed_at_any_moment_makes_the_same_expert_once()
    {
        BundledModel.SkipWithout();
        var kills = int.TryParse(Environment.GetEnvironmentVariable(Kills), CultureInfo.InvariantCulture, out var asked) ? asked : FewKills;
        using var folder = new TemporaryFolder();
        var random = new Random(7);
        string calm;
        await using (var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null))
        {
            using var client = server.Client();
            await UploadAsync(client, "sums");
            await client.Training.CreateAsync(Training("calm", steps: 8), Token);
            var ended = await client.Training.WatchAsync("calm", Token).LastAsync(Token);
            Assert.True(ended.State == TrainingState.Succeeded, $"{ended}");
            calm = (await client.Experts.GetAsync("calm", Token)).Digest;
            await client.Training.CreateAsync(Training("hurt", steps: 8), Token);
            await PauseAsync(client, "hurt");
            await server.KillAsync();
        }

        for (var kill = 0; kill < kills; kill++)
        {
            await using var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null);
            using var client = server.Client();
            if (kill == 0)
            {
                Assert.Equal(TrainingState.Paused, (await client.Training.GetAsync("hurt", Token)).State);
                await client.Training.ResumeAsync("hurt", Token);
            }

            await Task.Delay(random.Next(200, 4000), Token);
            await server.KillAsync();
        }

        await using (var server = await ServerProcess.StartAsync(folder.File("data"), modelDirectory: null))
        {
            using var client = server.Client();
            var told = await client.Training.WatchAsync("hurt", Token).ToListAsync(Token);
            var whole = await client.Training.GetAsync("hurt", Token);

            Assert.True(told[^1].State == TrainingState.Succeeded, $"{told[^1]}");
            var expert = await client.Experts.GetAsync("hurt", Token);
            Assert.Equal(calm, expert.Digest);
            var reference = await client.Training.GetAsync("calm", Token);
            Assert.Equal(reference.Steps, whole.Steps);
            Assert.Equal(reference.Validation, whole.Validation);
            Assert.Equal(reference.Result, whole.Result);

            // The course goes right after the end; a job that is deleted has none.
            await client.Training.DeleteAsync("hurt", Token);
            Assert.Empty(Directory.GetFiles(Path.Combine(folder.File("data"), "trainings")));
        }
    }

    // Somewhere in the middle; a fast machine may be done before.
    private static async Task PauseAsync(Transformer2Client client, string id)
    {
        await foreach (var now in client.Training.WatchAsync(id, Token))
        {
            if (now.Steps.Count > 0 || now.State is not (TrainingState.Queued or TrainingState.Running))
            {
                break;
            }
        }

        Assert.Equal(TrainingState.Paused, (await client.Training.PauseAsync(id, Token)).State);
    }

    private static CreateTrainingRequest Training(string id, int steps) => new()
    {
        TrainingId = id,
        Recipe = new TrainingRecipe { Dataset = "sums", Steps = steps, Prompts = 4, Samples = 4, MaxAnswerTokens = 8, ValidationInterval = 2, Seed = 3 },
    };

    private static Task<Dataset> UploadAsync(Transformer2Client client, string id)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < 48; i++)
        {
            var (left, right) = (1 + (i % 7), 9 + (i / 7));
            var split = (i % 4) switch { 0 => "validation", 1 => "test", _ => "train" };
            lines.AppendLine(JsonSerializer.Serialize(new { prompt = $"take {left} from {right}.", answer = $"= {right - left}", split }));
        }

        return client.Datasets.UploadAsync(new UploadDatasetMetadata { DatasetId = id }, Stream(lines.ToString()), cancellationToken: Token);
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
