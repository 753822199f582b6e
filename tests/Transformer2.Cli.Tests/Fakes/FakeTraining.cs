using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>Keeps one data set, and has a training that ends as a test chooses.</summary>
internal sealed class FakeTraining : TrainingService.TrainingServiceBase
{
    /// <summary>The last request for a job.</summary>
    public CreateTrainingRequest? Request { get; private set; }

    /// <summary>The last upload.</summary>
    public UploadDatasetMetadata? Metadata { get; private set; }

    /// <summary>Its file.</summary>
    public string Content { get; private set; } = "";

    /// <summary>What a watched job ends as.</summary>
    public V1.Training End { get; set; } = Ended(TrainingState.Succeeded);

    /// <summary>A training that has ended.</summary>
    public static V1.Training Ended(TrainingState state, string? reason = null)
    {
        var training = Job(state);
        training.Steps.Add(new TrainingStep { Step = 2, Loss = double.NaN, Reward = 0.5, Kl = 0.25, Drift = 0.125 });
        training.Validation.Add(new ValidationPoint { Step = 2, Right = 3, Count = 4 });
        if (reason is not null)
        {
            training.Error = new AdaptationError { Reason = reason, Message = "Because." };
        }
        else
        {
            training.Result = new TrainingResult
            {
                BestStep = 2,
                SpectralDrift = 0.01,
                Test = new PairedResult { Count = 10, BaseRight = 4, ExpertRight = 7, Lost = 1, Gained = 4, PValue = 0.375 },
            };
        }

        return training;
    }

    public override async Task<UploadDatasetResponse> UploadDataset(IAsyncStreamReader<UploadDatasetRequest> requestStream, ServerCallContext context)
    {
        var bytes = new MemoryStream();
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
        {
            Metadata = message.Metadata ?? Metadata;
            message.Chunk?.WriteTo(bytes);
        }

        Content = System.Text.Encoding.UTF8.GetString(bytes.ToArray());
        return new UploadDatasetResponse { Dataset = Dataset() };
    }

    public override Task<GetDatasetResponse> GetDataset(GetDatasetRequest request, ServerCallContext context) => request.Name == "sums"
        ? Task.FromResult(new GetDatasetResponse { Dataset = Dataset() })
        : throw FakePlatform.Refusal(StatusCode.NotFound, "DATASET_NOT_FOUND", $"There is no data set '{request.Name}'.");

    public override Task<ListDatasetsResponse> ListDatasets(ListDatasetsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListDatasetsResponse { Datasets = { Dataset() } });

    public override Task<DeleteDatasetResponse> DeleteDataset(DeleteDatasetRequest request, ServerCallContext context) => Task.FromResult(new DeleteDatasetResponse());

    public override Task<CreateTrainingResponse> CreateTraining(CreateTrainingRequest request, ServerCallContext context)
    {
        Request = request;
        return Task.FromResult(new CreateTrainingResponse { Training = Job(TrainingState.Queued) });
    }

    public override Task<GetTrainingResponse> GetTraining(GetTrainingRequest request, ServerCallContext context) =>
        Task.FromResult(new GetTrainingResponse { Training = End });

    public override Task<ListTrainingsResponse> ListTrainings(ListTrainingsRequest request, ServerCallContext context) =>
        Task.FromResult(new ListTrainingsResponse { Trainings = { Ended(TrainingState.Quarantined) } });

    public override async Task WatchTraining(WatchTrainingRequest request, IServerStreamWriter<WatchTrainingResponse> responseStream, ServerCallContext context)
    {
        var running = Job(TrainingState.Running);
        running.Validation.Add(new ValidationPoint { Step = 0, Right = 1, Count = 4 });
        running.Steps.Add(new TrainingStep { Step = 1, Loss = 1.5, Reward = -0.5, Kl = 0.125, Drift = 0.0625 });
        await responseStream.WriteAsync(new WatchTrainingResponse { Training = running });
        await responseStream.WriteAsync(new WatchTrainingResponse { Training = End });
    }

    public override Task<PauseTrainingResponse> PauseTraining(PauseTrainingRequest request, ServerCallContext context) =>
        Task.FromResult(new PauseTrainingResponse { Training = Job(TrainingState.Paused) });

    public override Task<ResumeTrainingResponse> ResumeTraining(ResumeTrainingRequest request, ServerCallContext context) =>
        Task.FromResult(new ResumeTrainingResponse { Training = Job(TrainingState.Queued) });

    public override Task<CancelTrainingResponse> CancelTraining(CancelTrainingRequest request, ServerCallContext context) =>
        Task.FromResult(new CancelTrainingResponse { Training = Job(TrainingState.Cancelled) });

    public override Task<DeleteTrainingResponse> DeleteTraining(DeleteTrainingRequest request, ServerCallContext context) => Task.FromResult(new DeleteTrainingResponse());

    private static Dataset Dataset() => new()
    {
        Name = "tenants/demo/datasets/sums",
        Digest = new string('a', 64),
        TrainCount = 5,
        ValidationCount = 4,
        TestCount = 3,
        CreateTime = Timestamp.FromDateTime(DateTime.UnixEpoch),
    };

    private static V1.Training Job(TrainingState state) => new()
    {
        Name = "tenants/demo/trainings/job",
        Recipe = new TrainingRecipe { Dataset = "tenants/demo/datasets/sums", Objective = "reinforce", Steps = 2, Verifier = new Verifier { Name = "exact" } },
        ExpertId = "trained",
        State = state,
        CreateTime = Timestamp.FromDateTime(DateTime.UnixEpoch),
    };
}
