using System.Collections.Immutable;
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
        var checkpoint = await workers.For(job).Prepare(Tenant, job, experts);
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
        else
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
        if (State.Record is not { HasEnded: false } record || examples.State.Job is not { } job)
            return null;
        DelayDeactivation(TimeSpan.MaxValue);
        var interrupted = record.State == AdaptationState.Running;
        await Store(State with { Record = record with { State = AdaptationState.Running, Resumptions = record.Resumptions + (interrupted ? 1 : 0) } });
        return new(Tenant, Id, job, State.Experts, State.Checkpoint);
    }

    /// <inheritdoc/>
    public async Task<bool> Advance(AdaptationAdvance advance)
    {
        ArgumentNullException.ThrowIfNull(advance);
        if (State.Record is not { HasEnded: false } record)
            return false;
        record = record with { Progress = advance.Progress, Phase = advance.Phase, FewShot = advance.FewShot };
        await Store(State with { Record = record, Checkpoint = advance.Checkpoint });
        return true;
    }

    /// <inheritdoc/>
    public Task Report(double progress)
    {
        // One-way calls may overtake each other.
        if (_shown is { State: AdaptationState.Running } shown && progress > shown.Progress)
            Show(shown with { Progress = progress });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Complete(AdaptationProduct product)
    {
        ArgumentNullException.ThrowIfNull(product);
        if (State.Record is not { HasEnded: false } record)
            return;
        record = record with { FewShot = product.FewShot, Classifier = product.Classifier };
        try
        {
            var library = GrainFactory.GetGrain<IExpertLibraryGrain>(Tenant.Value);
            var write = new ExpertWrite(record.Expert, product.File.Length, State.Overwrite, Etag: null);
            await library.PutFile(blobs, Tenant, write, product.DisplayName, product.File.AsMemory(), product.Content);
        }
        catch (PlatformException refusal)
        {
            await End(record with { State = AdaptationState.Failed, Error = AdaptationError.Of(refusal) });
            return;
        }

        await End(record with { State = AdaptationState.Succeeded, Progress = 1 });
    }

    /// <inheritdoc/>
    public async Task Fail(AdaptationError error)
    {
        if (State.Record is { HasEnded: false } record)
            await End(record with { State = AdaptationState.Failed, Error = error });
    }

    // A classifier is asked as dispatch asks it.
    private async Task<AdaptationJob> Resolve(AdaptationJob job) => job is AdaptationJob.Classifier { Template: null } training
        ? training with { Template = (await GrainFactory.GetGrain<IDispatchPolicyGrain>(Tenant.Value).Get()).Policy.Template }
        : job;

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
