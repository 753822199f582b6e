using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IAdaptationIndexGrain"/>
/// <remarks>
/// The intent is stored before the job, so a crash in between leaves an id without a job, which nobody sees and which makes room; never a job that no list
/// shows and nothing takes up again.
/// </remarks>
[GrainType("t2.adaptations")]
public sealed class AdaptationIndexGrain(
    [PersistentState("state")] IPersistentState<AdaptationIndexState> storage,
    IOptions<PlatformLimits> limits) : StatefulGrain<AdaptationIndexState>(storage), IAdaptationIndexGrain
{
    private TenantId Tenant => TenantId.Parse(this.GetPrimaryKeyString());

    private IExpertLibraryGrain Library => GrainFactory.GetGrain<IExpertLibraryGrain>(Tenant.Value);

    private IUnfinishedAdaptationsGrain Unfinished => GrainFactory.GetGrain<IUnfinishedAdaptationsGrain>(IUnfinishedAdaptationsGrain.Key);

    /// <inheritdoc/>
    public async Task<AdaptationRecord> Create(AdaptationId id, AdaptationSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (State.Contains(id) && await Job(id).Find() is not null)
            return await Job(id).Create(spec, []);

        // Also refuses a tenant that does not exist.
        await Library.Check(new(spec.Expert, SizeBytes: 0, spec.Overwrite, Etag: null));
        var library = await Library.GetSnapshot(knownVersion: -1);
        if (!spec.Overwrite && library!.Experts.ContainsKey(spec.Expert))
            throw new PlatformException(
                ErrorReason.ExpertExists, $"There is another expert '{spec.Expert}' already; overwrite it, or choose another id.");
        var experts = Resolve(spec.Job, library!);
        var known = (await MakeRoom()).Without(id);
        await Unfinished.Add(Tenant, id);
        await Commit(known.With(id, spec.Job is AdaptationJob.Training));
        try
        {
            return await Job(id).Create(spec, experts);
        }
        catch (PlatformException)
        {
            await Forget(id);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<AdaptationPage> List(long? before, int count, bool trainings)
    {
        var page = State.Jobs.Where(job => job.IsTraining == trainings && (before is null || job.Number < before)).OrderByDescending(job => job.Number).Take(count + 1).ToArray();
        var records = await Task.WhenAll(page.Take(count).Select(job => Job(job.Id).Find()));
        return new([.. records.OfType<AdaptationRecord>()], page.Length > count ? page[count - 1].Number : null);
    }

    /// <inheritdoc/>
    public async Task Delete(AdaptationId id)
    {
        if (!State.Contains(id) || await Job(id).Find() is null)
            throw AdaptationErrors.NotFound(id);
        await Job(id).Delete();
        await Commit(State.Without(id));
    }

    /// <inheritdoc/>
    public async Task Resume(AdaptationId id)
    {
        if (!State.Contains(id) || !await Job(id).Resume())
            await Forget(id);
    }

    private async Task Forget(AdaptationId id)
    {
        await Commit(State.Without(id));
        await Unfinished.Remove(Tenant, id);
    }

    private static ImmutableArray<AdaptationExpert> Resolve(AdaptationJob job, LibrarySnapshot library) => job is AdaptationJob.FewShot search
        ? [.. search.Experts.Select(id => Resolve(id, library))]
        : [];

    private static AdaptationExpert Resolve(ExpertId id, LibrarySnapshot library)
    {
        if (!library.Experts.TryGetValue(id, out var digest))
            throw ExpertErrors.NotFound(id);
        return library.Quarantined.Contains(id) ? throw ExpertErrors.Quarantined(id) : new(id, digest);
    }

    private async Task<AdaptationIndexState> MakeRoom()
    {
        if (State.Jobs.Length < limits.Value.MaxAdaptations)
            return State;
        var found = await Task.WhenAll(State.Jobs.Select(job => Job(job.Id).Find()));
        var live = State with { Jobs = [.. State.Jobs.Where((_, i) => found[i] is not null)] };
        return live.Jobs.Length < limits.Value.MaxAdaptations
            ? live
            : throw new PlatformException(ErrorReason.AdaptationQuota, $"There are {live.Jobs.Length} adaptations; delete one first.");
    }

    private IAdaptationGrain Job(AdaptationId id) => GrainFactory.GetGrain<IAdaptationGrain>(AdaptationKey.Of(Tenant, id));
}

/// <summary>State of an <see cref="AdaptationIndexGrain"/>.</summary>
[GenerateSerializer, Alias("t2.AdaptationIndexState")]
public sealed record AdaptationIndexState
{
    /// <summary>Jobs, oldest first.</summary>
    [Id(0)]
    public ImmutableArray<IndexedAdaptation> Jobs { get; init; } = [];

    /// <summary>Jobs that were ever created, which is the next one's number.</summary>
    [Id(1)]
    public long Created { get; init; }

    /// <summary>Whether there is a job of this id.</summary>
    public bool Contains(AdaptationId id) => Jobs.Any(job => job.Id == id);

    /// <summary>The next state, with a new job.</summary>
    public AdaptationIndexState With(AdaptationId id, bool isTraining) =>
        new() { Jobs = Jobs.Add(new(id, Created) { IsTraining = isTraining }), Created = Created + 1 };

    /// <summary>The next state, without a job.</summary>
    public AdaptationIndexState Without(AdaptationId id) => this with { Jobs = Jobs.RemoveAll(job => job.Id == id) };
}

/// <summary>A job's place in the order of creation.</summary>
[GenerateSerializer, Immutable, Alias("t2.IndexedAdaptation")]
public sealed record IndexedAdaptation([property: Id(0)] AdaptationId Id, [property: Id(1)] long Number)
{
    /// <summary>Whether it trains on a data set.</summary>
    [Id(2)]
    public bool IsTraining { get; init; }
}
