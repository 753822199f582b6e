using Google.Protobuf;
using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;
using TrainingGates = Transformer2.V1.TrainingGates;

namespace Transformer2.Gateway.Tests;

/// <summary>Data sets and trainings over the wire; this platform trains nothing, so only what is refused and what is kept shows here.</summary>
public class TrainingRequestTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Changes to a good request, and the field that they make wrong.</summary>
    public static TheoryData<string> Mistakes => [.. Refused.Keys];

    private static Dictionary<string, (Action<CreateTrainingRequest> Change, StatusCode Status, string Reason, string? Field)> Refused { get; } = new()
    {
        ["an id in capitals"] = Invalid(request => request.TrainingId = "Job", "training_id"),
        ["an expert id with a slash"] = Invalid(request => request.ExpertId = "a/b", "expert_id"),
        ["no data set"] = Invalid(request => request.Recipe.Dataset = "", "recipe.dataset"),
        ["a data set that is missing"] = (request => request.Recipe.Dataset = "gone", StatusCode.NotFound, ErrorReason.DatasetNotFound, null),
        ["another tenant's data set"] = (request => request.Recipe.Dataset = "tenants/demo/datasets/sums", StatusCode.NotFound, ErrorReason.DatasetNotFound, null),
        ["an unknown objective"] = Invalid(request => request.Recipe.Objective = "guess", "recipe.objective"),
        ["too many steps"] = Invalid(request => request.Recipe.Steps = 10_001, "recipe.steps"),
        ["prompts below zero"] = Invalid(request => request.Recipe.Prompts = -1, "recipe.prompts"),
        ["too many samples"] = Invalid(request => request.Recipe.Samples = 65, "recipe.samples"),
        ["answers too long"] = Invalid(request => request.Recipe.MaxAnswerTokens = 1025, "recipe.max_answer_tokens"),
        ["a rate of nothing"] = Invalid(request => request.Recipe.LearningRate = 0, "recipe.learning_rate"),
        ["a rate that is no number"] = Invalid(request => request.Recipe.LearningRate = double.NaN, "recipe.learning_rate"),
        ["a divergence below zero"] = Invalid(request => request.Recipe.KlCoefficient = -0.1, "recipe.kl_coefficient"),
        ["too hot"] = Invalid(request => request.Recipe.Temperature = 2.1, "recipe.temperature"),
        ["unknown modules"] = Invalid(request => request.Recipe.Modules = "head", "recipe.modules"),
        ["no interval"] = Invalid(request => request.Recipe.ValidationInterval = 1001, "recipe.validation_interval"),
        ["impatience"] = Invalid(request => request.Recipe.Patience = -1, "recipe.patience"),
        ["a gate of nothing"] = Invalid(request => request.Gates = new TrainingGates { MaxSpectralDrift = 0 }, "gates.max_spectral_drift"),
        ["a regression of all and more"] = Invalid(request => request.Gates = new TrainingGates { MaxRegression = 101 }, "gates.max_regression"),
        ["a regression data set that is missing"] = (
            request => request.Gates = new TrainingGates { RegressionDataset = "gone" }, StatusCode.NotFound, ErrorReason.DatasetNotFound, null),
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_request_that_makes_no_sense_is_refused_with_its_reason_and_holds_nothing(string mistake)
    {
        var (change, status, reason, field) = Refused[mistake];
        var tenant = await _platform.NewTenant();
        var training = new TrainingService.TrainingServiceClient(_platform.Channel);
        await Upload(tenant, "sums", Lines);
        var request = new CreateTrainingRequest { TrainingId = "job", Recipe = new() { Dataset = "sums" } };
        change(request);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => training.CreateTrainingAsync(request, tenant.Headers, cancellationToken: Token).ResponseAsync);

        Assert.Equal(status, refusal.StatusCode);
        var info = refusal.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>();
        Assert.Equal((reason, field), (info.Reason, info.Metadata.TryGetValue("field", out var named) ? named : null));
        Assert.Empty((await training.ListTrainingsAsync(new(), tenant.Headers, cancellationToken: Token)).Trainings);
        await training.DeleteDatasetAsync(new() { Name = "sums" }, tenant.Headers, cancellationToken: Token);
        Assert.Empty(Directory.GetFiles(Path.Combine(_platform.DataPath, "datasets", tenant.Id)));
    }

    [Fact]
    public async Task A_data_set_is_kept_as_it_came_or_not_at_all()
    {
        var tenant = await _platform.NewTenant();
        var other = await _platform.NewTenant();
        var training = new TrainingService.TrainingServiceClient(_platform.Channel);

        var kept = await Upload(tenant, "sums", Lines);

        Assert.Equal($"tenants/{tenant.Id}/datasets/sums", kept.Name);
        Assert.Equal(kept, await Upload(tenant, "sums", Lines));
        Assert.Equal(ErrorReason.DatasetExists, await Refusal(Upload(tenant, "sums", Lines + "{\"prompt\":\"one more\",\"answer\":\"1\"}\n")));
        Assert.Equal(ErrorReason.InvalidDataset, await Refusal(Upload(tenant, "bad", "{}\n")));
        Assert.Equal(ErrorReason.ChecksumMismatch, await Refusal(Upload(tenant, "bad", Lines, sha256: new string('0', 64))));
        Assert.Equal(kept, Assert.Single((await training.ListDatasetsAsync(new(), tenant.Headers, cancellationToken: Token)).Datasets));
        Assert.Single(Directory.GetFiles(Path.Combine(_platform.DataPath, "datasets", tenant.Id)));
        Assert.Equal(
            ErrorReason.DatasetNotFound, await Refusal(training.GetDatasetAsync(new() { Name = kept.Name }, other.Headers, cancellationToken: Token).ResponseAsync));
    }

    private static string Lines { get; } =
        string.Concat(new[] { "train", "validation", "test" }.Select((split, i) => $$"""{"prompt":"p{{i}}","answer":"1","split":"{{split}}"}""" + "\n"));

    private static (Action<CreateTrainingRequest>, StatusCode, string, string?) Invalid(Action<CreateTrainingRequest> change, string field) =>
        (change, StatusCode.InvalidArgument, ErrorReason.InvalidField, field);

    private static async Task<string> Refusal(Task call) =>
        (await Assert.ThrowsAsync<RpcException>(() => call)).GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>().Reason;

    private async Task<Dataset> Upload(TestTenant tenant, string id, string lines, string sha256 = "")
    {
        using var channel = _platform.Connect();
        using var call = new TrainingService.TrainingServiceClient(channel).UploadDataset(tenant.Headers, cancellationToken: Token);
        await call.RequestStream.WriteAsync(new() { Metadata = new() { DatasetId = id, Sha256 = sha256 } }, Token);
        await call.RequestStream.WriteAsync(new() { Chunk = ByteString.CopyFromUtf8(lines) }, Token);
        await call.RequestStream.CompleteAsync();
        return (await call.ResponseAsync).Dataset;
    }
}
