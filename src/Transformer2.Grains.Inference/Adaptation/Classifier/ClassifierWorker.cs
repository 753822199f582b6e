using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.Classification;
using Transformer2.Training.Reports;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Trains classification experts. Its checkpoint is a file, because it holds tensors; it is written at every look at the validation prompts, and when the
/// server stops.
/// </summary>
public sealed class ClassifierWorker(IInferenceEngine engine, IOptions<TrainingOptions> options, TimeProvider time) : IAdaptationWorker
{
    /// <inheritdoc/>
    public bool Does(AdaptationJob job) => job is AdaptationJob.Classifier;

    /// <inheritdoc/>
    public Task<string> Prepare(TenantId tenant, AdaptationJob job, ImmutableArray<AdaptationExpert> experts)
    {
        if (options.Value.ModelDirectory.Length == 0)
            throw new PlatformException(ErrorReason.UnknownMethod, "This server does not train.");
        try
        {
            ClassifierMapping.ToData((AdaptationJob.Classifier)job);
            return Task.FromResult("");
        }
        catch (ClassificationDataException exception) when (AdaptationFaults.RefusalOf(exception) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public async Task<AdaptationProduct> Run(AdaptationWork work, AdaptationReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(report);
        await report.Advance(new(Checkpoint: "", Progress: 0, Phase: "training"));
        try
        {
            return await BackgroundThread.Run(options.Value.ComputingThreads, () => Train(work, report, cancellationToken));
        }
        catch (CheckpointException)
        {
            // A damaged checkpoint costs what it held, not the job: the next attempt begins anew.
            CleanUp(work.Tenant, work.Id);
            throw;
        }
    }

    /// <inheritdoc/>
    public void CleanUp(TenantId tenant, AdaptationId id)
    {
        if (options.Value.CheckpointDirectory.Length > 0)
            File.Delete(CheckpointOf(tenant, id));
    }

    private AdaptationProduct Train(AdaptationWork work, AdaptationReport report, CancellationToken cancellationToken)
    {
        var job = (AdaptationJob.Classifier)work.Job;
        var data = job.ToData();
        Directory.CreateDirectory(options.Value.CheckpointDirectory);
        using var model = TrainingModel.Load(options.Value, cancellationToken);
        var trainer = new ClassifierTrainer(
            model.Decoder,
            ModelTokenizer.Load(options.Value.ModelDirectory, time),
            data,
            job.ToOptions(),
            job.ToTemplate(engine.Model.Id),
            model.Layout.BaseModel,
            cancellationToken: cancellationToken);
        var trained = trainer.Run(CheckpointOf(work.Tenant, work.Id), new StepProgress(step => report.Show((double)step.Step / (step.Steps + 1))), cancellationToken);
        return ExpertProduct.Of(trained.Expert.Vector, job.ToMetadata(data, trained, model.Layout), model.Layout, $"Classifier of {data.Labels.Count} categories") with
        {
            Classifier = new(trained.BaseTest.Matrix.ToRecord(), trained.ExpertTest.Matrix.ToRecord()),
        };
    }

    // Ids have no '~'.
    private string CheckpointOf(TenantId tenant, AdaptationId id) => Path.Combine(options.Value.CheckpointDirectory, $"{tenant}~{id}.checkpoint");

    // Unlike Progress<T>, on the thread that reports.
    private sealed class StepProgress(Action<TrainingProgress> show) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => show(value);
    }
}
