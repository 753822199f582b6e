using Google.Protobuf.WellKnownTypes;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Translates jobs.</summary>
internal static class AdaptationMapping
{
    public static V1.Adaptation ToMessage(this AdaptationRecord record, TenantId tenant)
    {
        var message = new V1.Adaptation
        {
            Name = ResourceNames.Of(tenant, record.Id),
            ExpertId = record.Expert.Value,
            State = record.State switch
            {
                AdaptationState.Queued => V1.AdaptationState.Queued,
                AdaptationState.Running => V1.AdaptationState.Running,
                AdaptationState.Succeeded => V1.AdaptationState.Succeeded,
                AdaptationState.Failed => V1.AdaptationState.Failed,
                AdaptationState.Cancelled => V1.AdaptationState.Cancelled,
                _ => throw new InvalidOperationException($"There is no state {record.State} in the contract."),
            },
            Progress = record.Progress,
            Phase = record.Phase,
            Error = record.Error?.ToMessage(),
            FewShotResult = record.FewShot?.ToMessage(tenant),
            ClassifierResult = record.Classifier?.ToMessage(),
            CreateTime = record.CreateTime.ToTimestamp(),
            EndTime = record.EndTime?.ToTimestamp(),
            Resumptions = record.Resumptions,
        };
        switch (record.Job)
        {
            case AdaptationJob.FewShot search:
                message.FewShot = search.ToMessage(tenant);
                break;
            case AdaptationJob.Classifier training:
                message.Classifier = training.ToMessage();
                break;
        }

        return message;
    }

    private static V1.FewShotSearch ToMessage(this AdaptationJob.FewShot search, TenantId tenant) => new()
    {
        Experts = { search.Experts.Select(expert => ResourceNames.Of(tenant, expert)) },
        Strategy = search.Strategy,
        Parity = search.Parity,
        PerMatrix = search.PerMatrix,
        Population = search.Population ?? 0,
        Generations = search.Generations ?? 0,
        EliteRatio = search.EliteRatio ?? 0,
        Seed = search.Seed,
    };

    private static V1.ClassifierTraining ToMessage(this AdaptationJob.Classifier training) => new()
    {
        Objective = training.Objective,
        Steps = training.Steps ?? 0,
        Seed = training.Seed,
        Template = training.Template?.ToMessage(),
    };

    public static V1.AdaptationError ToMessage(this AdaptationError error) =>
        new() { Reason = error.Reason, Message = error.Message, Metadata = { error.Metadata } };

    private static V1.FewShotResult ToMessage(this FewShotResult result, TenantId tenant) => new()
    {
        Weights =
        {
            result.Weights.Select(entry => new V1.ExpertWeights { Expert = ResourceNames.Of(tenant, entry.Expert), Weights = { entry.Weights } }),
        },
        Generations = result.Generations,
        Evaluations = result.Evaluations,
        HeldOut = result.HeldOut?.ToMessage(),
        Searched = result.Searched?.ToMessage(),
        BestScores = { result.BestScores },
    };

    private static V1.SearchScores ToMessage(this SearchScores scores) => new()
    {
        Examples = scores.Examples,
        Found = scores.Found.ToMessage(),
        Base = scores.Base?.ToMessage(),
        BestSingle = scores.BestSingle?.ToMessage(),
        Uniform = scores.Uniform?.ToMessage(),
    };

    private static V1.CandidateScore ToMessage(this SearchScore score) => new() { LogLikelihood = score.LogLikelihood, Correct = score.Correct };

    private static V1.ClassifierResult ToMessage(this ClassifierResult result) => new() { Base = result.Base.ToMessage(), Trained = result.Trained.ToMessage() };

    private static V1.ConfusionMatrix ToMessage(this ConfusionMatrix matrix) => new() { Labels = { matrix.Labels }, Counts = { matrix.Counts } };
}
