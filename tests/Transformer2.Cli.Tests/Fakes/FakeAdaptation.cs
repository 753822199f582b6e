using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

/// <summary>Keeps one policy, and has jobs that end as a test chooses.</summary>
internal sealed class FakeAdaptation : AdaptationService.AdaptationServiceBase
{
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The policy.</summary>
    public DispatchPolicy Policy { get; private set; } = new() { Etag = "0" };

    /// <summary>The last request for a job.</summary>
    public CreateAdaptationRequest? Request { get; private set; }

    /// <summary>What a watched job ends as.</summary>
    public V1.Adaptation End { get; set; } = Found();

    /// <summary>A watched job never ends.</summary>
    public bool Holds { get; set; }

    /// <summary>Completes when somebody watches a job.</summary>
    public Task Watched => _watched.Task;

    /// <summary>A search that has succeeded.</summary>
    public static V1.Adaptation Found() => new(Job(AdaptationState.Succeeded))
    {
        Progress = 1,
        EndTime = Timestamp.FromDateTime(DateTime.UnixEpoch),
        FewShotResult = new FewShotResult
        {
            Weights =
            {
                new ExpertWeights { Expert = "tenants/demo/experts/math", Weights = { 0.75 } },
                new ExpertWeights { Expert = "tenants/demo/experts/code", Weights = { 0.125, 0.375 } },
            },
            Generations = 9,
            Evaluations = 2048,
            BestScores = { -0.5, -0.25 },
            HeldOut = new SearchScores { Examples = 3, Found = new CandidateScore { LogLikelihood = -0.25, Correct = 3 }, Base = new CandidateScore { LogLikelihood = -1.5, Correct = 1 } },
            Searched = new SearchScores { Examples = 7, Found = new CandidateScore { LogLikelihood = -0.125, Correct = 7 } },
        },
    };

    /// <summary>A search that has failed.</summary>
    public static V1.Adaptation Failed(string reason) => new(Job(AdaptationState.Failed)) { Error = new AdaptationError { Reason = reason, Message = "Because." } };

    /// <summary>A training that has succeeded.</summary>
    public static V1.Adaptation Trained() => new(Job(AdaptationState.Succeeded))
    {
        Classifier = new ClassifierTraining(),
        ClassifierResult = new ClassifierResult
        {
            Base = new ConfusionMatrix { Labels = { "sums", "verse" }, Counts = { 2, 3, 1, 4 } },
            Trained = new ConfusionMatrix { Labels = { "sums", "verse" }, Counts = { 5, 0, 1, 4 } },
        },
    };

    public override Task<GetDispatchPolicyResponse> GetDispatchPolicy(GetDispatchPolicyRequest request, ServerCallContext context)
    {
        var effective = Policy.Clone();
        effective.Composition = "top";
        return Task.FromResult(new GetDispatchPolicyResponse { Policy = Policy, Effective = effective });
    }

    public override Task<UpdateDispatchPolicyResponse> UpdateDispatchPolicy(UpdateDispatchPolicyRequest request, ServerCallContext context)
    {
        Policy = request.Policy.Clone();
        Policy.Etag = "1";
        return Task.FromResult(new UpdateDispatchPolicyResponse { Policy = Policy });
    }

    public override Task<CreateAdaptationResponse> CreateAdaptation(CreateAdaptationRequest request, ServerCallContext context)
    {
        Request = request;
        return Task.FromResult(new CreateAdaptationResponse { Adaptation = Job(AdaptationState.Queued) });
    }

    public override Task<GetAdaptationResponse> GetAdaptation(GetAdaptationRequest request, ServerCallContext context) => request.Name == "job"
        ? Task.FromResult(new GetAdaptationResponse { Adaptation = End })
        : throw FakePlatform.Refusal(StatusCode.NotFound, "ADAPTATION_NOT_FOUND", $"There is no adaptation '{request.Name}'.");

    public override Task<ListAdaptationsResponse> ListAdaptations(ListAdaptationsRequest request, ServerCallContext context) =>
        Task.FromResult(request.PageToken.Length == 0
            ? new ListAdaptationsResponse { Adaptations = { Failed("SCORE_NOT_FINITE") }, NextPageToken = "more" }
            : new ListAdaptationsResponse { Adaptations = { Found() } });

    public override async Task WatchAdaptation(
        WatchAdaptationRequest request, IServerStreamWriter<WatchAdaptationResponse> responses, ServerCallContext context)
    {
        await responses.WriteAsync(new WatchAdaptationResponse { Adaptation = Job(AdaptationState.Running) });
        _watched.TrySetResult();
        if (Holds)
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }

        await responses.WriteAsync(new WatchAdaptationResponse { Adaptation = End });
    }

    public override Task<CancelAdaptationResponse> CancelAdaptation(CancelAdaptationRequest request, ServerCallContext context) =>
        Task.FromResult(new CancelAdaptationResponse { Adaptation = Job(AdaptationState.Cancelled) });

    public override Task<DeleteAdaptationResponse> DeleteAdaptation(DeleteAdaptationRequest request, ServerCallContext context) =>
        Task.FromResult(new DeleteAdaptationResponse());

    private static V1.Adaptation Job(AdaptationState state) => new()
    {
        Name = "tenants/demo/adaptations/job",
        ExpertId = "mixed",
        State = state,
        Progress = 0.5,
        Phase = state == AdaptationState.Running ? "generation 3 of at most 20" : "",
        FewShot = new V1.FewShotSearch(),
        CreateTime = Timestamp.FromDateTime(DateTime.UnixEpoch),
    };
}
