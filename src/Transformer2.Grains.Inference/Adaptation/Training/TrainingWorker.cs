using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Experts;
using Transformer2.Training.Objectives;
using Transformer2.Training.Rollouts;
using Transformer2.Training.Tasks;

namespace Transformer2.Grains.Inference;

/// <summary>
/// Trains experts on data sets. Its checkpoint is a file, written at every look at the validation questions and when it is stopped; everything else follows
/// from the job and the data set, so that a training that was interrupted makes the expert that it would have made.
/// </summary>
public sealed class TrainingWorker(IInferenceEngine engine, IDatasetBlobStore datasets, IOptions<TrainingOptions> options, TimeProvider time) : IAdaptationWorker
{
    /// <inheritdoc/>
    public bool Does(AdaptationJob job) => job is AdaptationJob.Training;

    /// <inheritdoc/>
    public async Task<string> Prepare(TenantId tenant, AdaptationJob job, ImmutableArray<AdaptationExpert> experts)
    {
        var training = (AdaptationJob.Training)job;
        if (options.Value.ModelDirectory.Length == 0)
            throw new PlatformException(ErrorReason.UnknownMethod, "This server does not train.");
        var verifier = TrainingVerifiers.Create(training.Verifier, options.Value);
        using var disposed = verifier as IDisposable;
        var files = await ReadFiles(tenant, training, CancellationToken.None);
        await Task.Run(() => Require(training, Open(training, files, verifier).Task));
        return "";
    }

    /// <inheritdoc/>
    public async Task<AdaptationProduct> Run(AdaptationWork work, AdaptationReport report, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(report);
        var files = await ReadFiles(work.Tenant, (AdaptationJob.Training)work.Job, cancellationToken);
        try
        {
            return await BackgroundThread.Run(options.Value.ComputingThreads, () => Train(work, files, report, cancellationToken));
        }
        catch (CheckpointException)
        {
            // A damaged checkpoint costs what it held, not the job: the next attempt begins anew.
            CleanUp(work.Tenant, work.Id);
            throw;
        }
        catch (ArgumentException exception)
        {
            // Questions that do not fit the model, or settings that do not fit each other.
            throw new PlatformException(ErrorReason.InvalidDataset, exception.Message, ("cause", "UNUSABLE"));
        }
    }

    /// <inheritdoc/>
    public void CleanUp(TenantId tenant, AdaptationId id)
    {
        if (options.Value.CheckpointDirectory.Length > 0)
            File.Delete(CheckpointOf(tenant, id));
    }

    private AdaptationProduct Train(AdaptationWork work, Files files, AdaptationReport report, CancellationToken cancellationToken)
    {
        var job = (AdaptationJob.Training)work.Job;
        Directory.CreateDirectory(options.Value.CheckpointDirectory);
        var verifier = TrainingVerifiers.Create(job.Verifier, options.Value);
        using var disposed = verifier as IDisposable;
        var (task, regression) = Open(job, files, verifier);
        using var model = TrainingModel.Load(options.Value, cancellationToken);
        var encoder = new ChatTaskEncoder(ModelTokenizer.Load(options.Value.ModelDirectory, time));
        var rollouts = Rollouts(work, model);
        var rest = new StepRest(engine);
        var reporter = new TrainingReporter(report, job.Steps, () => rest.Rest(cancellationToken));
        var trained = new MultiExpertTraining(
            model.Decoder,
            [
                new ExpertTrainingJob(task, encoder, job.ToOptions())
                {
                    BaseModel = model.Layout.BaseModel,
                    CheckpointPath = CheckpointOf(work.Tenant, work.Id),
                    Progress = reporter,
                    Observer = reporter,
                    VerifierParallelism = TrainingVerifiers.Parallelism(job.Verifier),
                },
            ],
            rollouts).Run(cancellationToken)[0];

        reporter.Measuring();
        var expert = (SvfWeights)trained.Adapter;
        var product = ExpertProduct.Of(expert.Vector, job.ToMetadata(trained.Best.Step, model.Layout), model.Layout, $"Trained on {job.Dataset.Id}");
        string[] seen = [.. task.Questions(Split.Train).Concat(task.Questions(Split.Validation)).Select(question => question.Id).Distinct()];
        var measure = new PairedEvaluation(rollouts, encoder, verifier, job.MaxAnswerTokens, model.Decoder.Config.ExtendedContextLength);
        var result = Measure(measure, task, regression, job, trained, expert, seen.ToHashSet(), reporter, cancellationToken);
        return product with { Training = result, SeenQuestions = [.. seen] };
    }

    private TrainingResult Measure(
        PairedEvaluation measure,
        ITrainingTask task,
        ITrainingTask? regression,
        AdaptationJob.Training job,
        TrainedExpert<ValidationLook> trained,
        SvfWeights expert,
        HashSet<string> seen,
        TrainingReporter reporter,
        CancellationToken cancellationToken)
    {
        var share = regression is null ? 1 : 0.5;
        var test = Compare(Unseen(task.Questions(Split.Test)), part => reporter.Measured(share * part));
        var kept = regression is null ? null : Compare(Unseen(Everything(regression)), part => reporter.Measured(share + (share * part)));
        var drift = TrainingGateCheck.SpectralDrift(expert.Vector, options.Value, cancellationToken);
        return new(trained.Best.Step, test, kept, drift, TrainingGateCheck.Failed(job.Gates, drift, kept));

        // What made the expert measures nothing.
        TaskQuestion[] Unseen(IEnumerable<TaskQuestion> questions) => [.. questions.Where(question => !seen.Contains(question.Id)).DistinctBy(question => question.Id)];

        PairedResult? Compare(IReadOnlyList<TaskQuestion> questions, Action<double> progress) =>
            measure.Compare(questions, expert, progress, cancellationToken).GetAwaiter().GetResult();
    }

    private IRollouts Rollouts(AdaptationWork work, TrainingModel model)
    {
        var useEngine = options.Value.Rollouts == "engine" || (options.Value.Rollouts == "auto" && options.Value.EngineIsExact);
        if (!useEngine)
            return new TorchRollouts(model.Decoder);
        return new EngineRollouts(engine, new GenerationRequest
        {
            RequestId = AdaptationKey.Of(work.Tenant, work.Id),
            Tenant = work.Tenant.Value,
            Priority = RequestPriority.Background,
            ExpertLabel = ExpertLabels.Mixture,
            Prompt = new Prompt.Text(""),
            MaxTokens = 1,
        });
    }

    private static (ITrainingTask Task, ITrainingTask? Regression) Open(AdaptationJob.Training job, Files files, IVerifier verifier) =>
        (DatasetFiles.Open(files.Questions, verifier, job.MaxAnswerTokens),
            files.Regression is { } file ? DatasetFiles.Open(file, verifier, job.MaxAnswerTokens) : null);

    private static IEnumerable<TaskQuestion> Everything(ITrainingTask task) => Enum.GetValues<Split>().SelectMany(task.Questions);

    private static void Require(AdaptationJob.Training job, ITrainingTask task)
    {
        if (task.Questions(Split.Train).Count == 0 || task.Questions(Split.Validation).Count == 0)
            throw Unfit("EMPTY_SPLIT", "A training needs questions to learn from and questions to choose by; one of the two splits has none.");
        if (job.Objective == TrainingObjectives.NextToken && task.Questions(Split.Train).FirstOrDefault(question => question.Demonstration is null) is { } silent)
            throw Unfit("NO_DEMONSTRATION", $"Question {silent.Id} has no demonstration, from which next-token prediction learns.");
    }

    private async Task<Files> ReadFiles(TenantId tenant, AdaptationJob.Training job, CancellationToken cancellationToken) => new(
        await Read(tenant, job.Dataset, cancellationToken),
        job.Gates.Regression is { } regression ? await Read(tenant, regression, cancellationToken) : null);

    private async Task<byte[]> Read(TenantId tenant, TrainingDataset dataset, CancellationToken cancellationToken)
    {
        var digest = dataset.Digest ?? throw new InvalidOperationException("The job does not say what its data set holds.");
        return await datasets.GetAsync(tenant, digest, cancellationToken)
            ?? throw new PlatformException(ErrorReason.DatasetDamaged, $"The stored file of data set '{dataset.Id}' is missing; upload it again.");
    }

    private static PlatformException Unfit(string cause, string message) => new(ErrorReason.InvalidDataset, message, ("cause", cause));

    // Ids have no '~'; classifiers' files end otherwise.
    private string CheckpointOf(TenantId tenant, AdaptationId id) => Path.Combine(options.Value.CheckpointDirectory, $"{tenant}~{id}.training");

    private sealed record Files(byte[] Questions, byte[]? Regression);
}
