using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;

namespace Transformer2.Grains.Inference;

/// <inheritdoc cref="IAdaptationGrain"/>
/// <remarks>
/// Every change is stored before it shows. The work itself is done outside the grain's turns, by the node's <see cref="AdaptationScheduler"/>, and comes back
/// as calls: so a cancellation is either before a step or after it, and the expert is in the library exactly when the job says so.
/// </remarks>
[GrainType("t2.adaptation")]
public sealed class AdaptationGrain(
    [PersistentState("state")] IPersistentState<AdaptationJobState> storage,
    [PersistentState("examples")] IPersistentState<AdaptationExamplesState> examples,
    AdaptationWorkers workers,
    AdaptationScheduler scheduler,
    IExpertBlobStore blobs,
    IQuestionBlobStore questions,
    TimeProvider time,
    ILogger<AdaptationGrain> logger) : StatefulGrain<AdaptationJobState>(storage), IAdaptationGrain, IAdaptationRunGrain
{
    // Well below the time after which a call without an answer counts as lost.
    private static readonly TimeSpan WatchPatience = TimeSpan.FromSeconds(10);

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AdaptationRecord? _shown;
    private long _version;

    private TenantId Tenant => AdaptationKey.Parse(this.GetPrimaryKeyString()).Tenant;

    private AdaptationId Id => AdaptationKey.Parse(this.GetPrimaryKeyString()).Id;

    private IExpertLibraryGrain Library => GrainFactory.GetGrain<IExpertLibraryGrain>(Tenant.Value);

    private IDatasetLibraryGrain Datasets => GrainFactory.GetGrain<IDatasetLibraryGrain>(Tenant.Value);

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Beyond all versions of earlier activations, which a watcher may still know.
        _version = time.GetUtcNow().UtcTicks;
        Show(State.Record);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<AdaptationRecord> Create(AdaptationSpec spec, ImmutableArray<AdaptationExpert> experts)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (State.Record is { } known)
            return State.Spec == spec.Digest()
                ? known
                : throw new PlatformException(ErrorReason.AdaptationExists, $"There is another adaptation '{Id}' already; choose another id.");

        var job = await Resolve(spec.Job);
        var checkpoint = await Prepare(job, experts);
        await Keep(job);
        var record = new AdaptationRecord { Id = Id, Job = job.WithoutExamples(), Expert = spec.Expert, Phase = "waiting", CreateTime = time.GetUtcNow() };
        await Store(new() { Record = record, Spec = spec.Digest(), Overwrite = spec.Overwrite, Experts = experts, Checkpoint = checkpoint });
        Submit(record);
        return record;
    }

    /// <inheritdoc/>
    public Task<AdaptationRecord?> Find()
    {
        // Guessed ids must not gather in memory.
        if (_shown is null)
            DeactivateOnIdle();
        return Task.FromResult(_shown);
    }

    /// <inheritdoc/>
    public async Task<VersionedAdaptation> Watch(long knownVersion, CancellationToken cancellationToken = default)
    {
        if (knownVersion == _version)
            await _changed.Task.WaitAsync(WatchPatience, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_version, await Find() ?? throw AdaptationErrors.NotFound(Id));
    }

    /// <inheritdoc/>
    public async Task<AdaptationRecord> Cancel()
    {
        var record = await Find() ?? throw AdaptationErrors.NotFound(Id);
        if (record.HasEnded)
            return record;
        var cancelled = new AdaptationError(ErrorReason.Cancelled, "The job was cancelled.", ImmutableDictionary<string, string>.Empty);
        await End(record with { State = AdaptationState.Cancelled, Error = cancelled });
        scheduler.Cancel(Tenant, Id);
        return _shown!;
    }

    /// <inheritdoc/>
    public async Task<AdaptationRecord> Pause()
    {
        var record = await Find() ?? throw AdaptationErrors.NotFound(Id);
        if (record.State is not (AdaptationState.Queued or AdaptationState.Running))
            return record;

        // What was shown is what the run has done: it keeps that when it is stopped.
        record = record with { State = AdaptationState.Paused, Phase = "paused", Training = record.Training is { } course ? course with { SecondsLeft = null } : null };
        await Store(State with { Record = record, Turn = State.Turn + 1 });
        scheduler.Cancel(Tenant, Id);
        DelayDeactivation(TimeSpan.Zero);
        return record;
    }

    /// <inheritdoc/>
    public async Task<AdaptationRecord> Unpause()
    {
        var record = await Find() ?? throw AdaptationErrors.NotFound(Id);
        if (record.State != AdaptationState.Paused)
            return record;
        record = record with { State = AdaptationState.Queued, Phase = "waiting" };
        await Store(State with { Record = record });
        Submit(record);
        return record;
    }

    /// <inheritdoc/>
    public async Task<bool> Resume()
    {
        if (State.Record is not { } record)
        {
            await CleanUp();
            DeactivateOnIdle();
            return false;
        }

        if (record.HasEnded)
            await CleanUp();
        else if (record.State != AdaptationState.Paused)
            Submit(record);
        return true;
    }

    /// <inheritdoc/>
    public async Task Delete()
    {
        if (State.Record is { HasEnded: false })
            throw new PlatformException(ErrorReason.Conflict, $"The adaptation '{Id}' has not ended; cancel it first.");
        await CleanUp();
        await Clear();
        Show(null);
        DeactivateOnIdle();
    }

    /// <inheritdoc/>
    public async Task<AdaptationWork?> Begin()
    {
        if (State.Record is not { State: AdaptationState.Queued or AdaptationState.Running } record || examples.State.Job is not { } job)
            return null;
        DelayDeactivation(TimeSpan.MaxValue);
        var interrupted = record.State == AdaptationState.Running;
        record = record with { State = AdaptationState.Running, Resumptions = record.Resumptions + (interrupted ? 1 : 0) };
        await Store(State with { Record = record, Turn = State.Turn + 1 });
        return new(Tenant, Id, job, State.Experts, State.Checkpoint) { Turn = State.Turn };
    }

    /// <inheritdoc/>
    public async Task<bool> Advance(long turn, AdaptationAdvance advance)
    {
        ArgumentNullException.ThrowIfNull(advance);
        if (Running(turn) is not { } record)
            return false;
        record = record with { Progress = advance.Progress, Phase = advance.Phase, FewShot = advance.FewShot, Training = Course(record, advance.Training) };
        await Store(State with { Record = record, Checkpoint = advance.Checkpoint });
        return true;
    }

    /// <inheritdoc/>
    public Task Report(long turn, double progress, TrainingNews? training)
    {
        // One-way calls may overtake each other.
        if (Running(turn) is not null && _shown is { } shown && (progress > shown.Progress || training is not null))
            Show(shown with { Progress = Math.Max(progress, shown.Progress), Training = Course(shown, training) });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Complete(long turn, AdaptationProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        if (Running(turn) is not { } record)
            return;
        var course = product.Training is { } result ? (record.Training ?? new()) with { Result = result, SecondsLeft = null } : null;
        record = record with { FewShot = product.FewShot, Classifier = product.Classifier, Training = course };
        var failed = product.Training?.FailedGates ?? [];
        try
        {
            var write = new ExpertWrite(record.Expert, product.File.Length, State.Overwrite, Etag: null);
            var publication = new ExpertPublication(Token(record)) { Quarantine = failed, Seen = await KeepQuestions(product.SeenQuestions) };
            await Library.PutFile(blobs, Tenant, write, product.DisplayName, product.File.AsMemory(), product.Content, publication);
        }
        catch (PlatformException refusal)
        {
            await End(record with { State = AdaptationState.Failed, Error = AdaptationError.Of(refusal) });
            return;
        }

        await End(record with { State = failed.IsEmpty ? AdaptationState.Succeeded : AdaptationState.Quarantined, Progress = 1 });
    }

    /// <inheritdoc/>
    public async Task Fail(long turn, AdaptationError error)
    {
        if (Running(turn) is { } record)
            await End(record with { State = AdaptationState.Failed, Error = error });
    }

    /// <inheritdoc/>
    public Task<bool> IsOpen() => Task.FromResult(State.Record is { HasEnded: false });

    private static TrainingCourse? Course(AdaptationRecord record, TrainingNews? news) =>
        news is null ? record.Training : (record.Training ?? new()).With(news);

    // Names the job among all that ever have its id.
    private static string Token(AdaptationRecord record) => string.Create(CultureInfo.InvariantCulture, $"{record.Id}@{record.CreateTime.UtcTicks}");

    private AdaptationRecord? Running(long turn) => turn == State.Turn && State.Record is { State: AdaptationState.Running } record ? record : null;

    private async Task<SeenQuestions?> KeepQuestions(ImmutableArray<string> ids)
    {
        if (ids.IsDefaultOrEmpty)
            return null;
        var list = QuestionList.ToBytes(ids);
        return new((await questions.PutAsync(Tenant, list)).Digest, ids.Length);
    }

    private async Task<string> Prepare(AdaptationJob job, ImmutableArray<AdaptationExpert> experts)
    {
        try
        {
            return await workers.For(job).Prepare(Tenant, job, experts);
        }
        catch
        {
            await Datasets.Release(Id.Value);
            throw;
        }
    }

    // What a job names is what it was when it came: a training's data sets are held, and a classifier is asked as dispatch asks now.
    private async Task<AdaptationJob> Resolve(AdaptationJob job)
    {
        switch (job)
        {
            case AdaptationJob.Classifier { Template: null } training:
                return training with { Template = (await GrainFactory.GetGrain<IDispatchPolicyGrain>(Tenant.Value).Get()).Policy.Template };
            case AdaptationJob.Training training:
                var regression = training.Gates.Regression;
                var held = await Datasets.Hold(Id.Value, regression is null ? [training.Dataset.Id] : [training.Dataset.Id, regression.Id]);
                return training with
                {
                    Dataset = training.Dataset with { Digest = held[0].Content.Digest },
                    Gates = training.Gates with { Regression = regression is null ? null : regression with { Digest = held[1].Content.Digest } },
                };
            default:
                return job;
        }
    }

    private void Submit(AdaptationRecord record) => scheduler.Submit(new(Tenant, Id, record.CreateTime));

    private async Task Store(AdaptationJobState next)
    {
        await Commit(next);
        Show(next.Record);
    }

    private async Task End(AdaptationRecord record)
    {
        await Store(State with { Record = record with { Phase = "", EndTime = time.GetUtcNow() }, Checkpoint = "" });
        try
        {
            await CleanUp();
        }
        catch (Exception exception)
        {
            // It has ended all the same; the next start repeats this.
            InferenceLog.NotCleanedUp(logger, Tenant, Id, exception);
        }

        DelayDeactivation(TimeSpan.Zero);
    }

    // What only a job that has not ended needs. May be repeated.
    private async Task CleanUp()
    {
        if (State.Record is { } record)
            workers.For(record.Job).CleanUp(Tenant, Id);
        if (examples.RecordExists)
            await examples.ClearStateAsync();
        if (State.Record is { State: AdaptationState.Succeeded or AdaptationState.Quarantined } published)
            await Library.Forget(Token(published));
        if (State.Record is null or { Job: AdaptationJob.Training })
            await Datasets.Release(Id.Value);
        await GrainFactory.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key).Remove(Tenant, Id);
    }

    private async Task Keep(AdaptationJob job)
    {
        examples.State = new() { Job = job };
        try
        {
            await examples.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }
    }

    private void Show(AdaptationRecord? record)
    {
        _shown = record;
        _version++;
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
