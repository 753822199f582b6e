using Google.Protobuf.WellKnownTypes;
using Transformer2.Abstractions;

namespace Transformer2.Gateway;

/// <summary>Translates data sets and trainings.</summary>
internal static class TrainingMapping
{
    public static V1.Dataset ToMessage(this DatasetRecord dataset, TenantId tenant) => new()
    {
        Name = ResourceNames.Of(tenant, dataset.Id),
        Digest = dataset.Content.Digest.Value,
        SizeBytes = dataset.Content.SizeBytes,
        TrainCount = dataset.Content.TrainCount,
        ValidationCount = dataset.Content.ValidationCount,
        TestCount = dataset.Content.TestCount,
        DuplicateCount = dataset.Content.DuplicateCount,
        CreateTime = dataset.CreateTime.ToTimestamp(),
    };

    /// <summary>A training.</summary>
    /// <param name="record">The job.</param>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="afterStep">Only later steps are told.</param>
    /// <param name="afterLook">Only later looks are told.</param>
    public static V1.Training ToTraining(this AdaptationRecord record, TenantId tenant, int afterStep = 0, int afterLook = -1)
    {
        var job = (AdaptationJob.Training)record.Job;
        var course = record.Training ?? new();
        var message = new V1.Training
        {
            Name = ResourceNames.OfTraining(tenant, record.Id),
            Recipe = job.ToMessage(tenant),
            Gates = job.Gates.ToMessage(tenant),
            ExpertId = record.Expert.Value,
            State = record.State switch
            {
                AdaptationState.Queued => V1.TrainingState.Queued,
                AdaptationState.Running => V1.TrainingState.Running,
                AdaptationState.Paused => V1.TrainingState.Paused,
                AdaptationState.Succeeded => V1.TrainingState.Succeeded,
                AdaptationState.Quarantined => V1.TrainingState.Quarantined,
                AdaptationState.Failed => V1.TrainingState.Failed,
                AdaptationState.Cancelled => V1.TrainingState.Cancelled,
                _ => throw new InvalidOperationException($"There is no state {record.State} in the contract."),
            },
            Progress = record.Progress,
            Phase = record.Phase,
            Error = record.Error?.ToMessage(),
            Steps = { course.Steps.Where(step => step.Step > afterStep).Select(ToMessage) },
            Validation =
            {
                course.Validation.Where(point => point.Step > afterLook)
                    .Select(point => new V1.ValidationPoint { Step = point.Step, Right = point.Right, Count = point.Count }),
            },
            Result = course.Result?.ToMessage(),
            CreateTime = record.CreateTime.ToTimestamp(),
            EndTime = record.EndTime?.ToTimestamp(),
            Resumptions = record.Resumptions,
        };
        if (course.SecondsLeft is { } seconds && record.State == AdaptationState.Running)
            message.SecondsLeft = seconds;
        return message;
    }

    private static V1.TrainingRecipe ToMessage(this AdaptationJob.Training job, TenantId tenant) => new()
    {
        Dataset = ResourceNames.Of(tenant, job.Dataset.Id),
        Verifier = new() { Name = job.Verifier.Name, Argument = job.Verifier.Argument },
        Objective = job.Objective,
        Steps = job.Steps,
        Prompts = job.Prompts,
        Samples = job.Samples,
        MaxAnswerTokens = job.MaxAnswerTokens,
        LearningRate = job.LearningRate,
        KlCoefficient = job.KlCoefficient,
        Temperature = job.Temperature,
        Modules = job.Modules,
        Seed = job.Seed,
        ValidationInterval = job.ValidationInterval,
        Patience = job.Patience ?? 0,
    };

    private static V1.TrainingGates ToMessage(this TrainingGates gates, TenantId tenant) => new()
    {
        MaxSpectralDrift = gates.MaxSpectralDrift,
        RegressionDataset = gates.Regression is { } regression ? ResourceNames.Of(tenant, regression.Id) : "",
        MaxRegression = gates.MaxRegression,
    };

    // A loss that is no number is one in the contract too.
    private static V1.TrainingStep ToMessage(TrainingStep step)
    {
        var message = new V1.TrainingStep { Step = step.Step, Loss = step.Loss ?? double.NaN, Drift = step.Drift };
        if (step.Reward is { } reward)
            message.Reward = reward;
        if (step.Kl is { } kl)
            message.Kl = kl;
        return message;
    }

    private static V1.TrainingResult ToMessage(this TrainingResult result) => new()
    {
        BestStep = result.BestStep,
        Test = result.Test?.ToMessage(),
        Regression = result.Regression?.ToMessage(),
        SpectralDrift = result.SpectralDrift,
        FailedGates = { result.FailedGates },
    };

    private static V1.PairedResult ToMessage(this PairedResult result) => new()
    {
        Count = result.Count,
        BaseRight = result.BaseRight,
        ExpertRight = result.ExpertRight,
        Lost = result.Lost,
        Gained = result.Gained,
        PValue = result.PValue,
    };
}
