using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IDatasetLibraryGrain"/>
/// <remarks>
/// As in an <see cref="ExpertLibraryGrain"/>, files are stored before they are committed and removed after they are released, both decided in this grain's
/// turns; a crash leaves at most a file that nothing uses, which a later sweep removes.
/// </remarks>
[GrainType("t2.datasets")]
public sealed class DatasetLibraryGrain(
    [PersistentState("state")] IPersistentState<DatasetLibraryState> storage,
    IDatasetBlobStore blobs,
    IOptions<PlatformLimits> limits,
    TimeProvider time,
    ILogger<DatasetLibraryGrain> logger) : StatefulGrain<DatasetLibraryState>(storage), IDatasetLibraryGrain
{
    private TenantId Tenant => TenantId.Parse(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public async Task Check(DatasetWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        await RequireTenant();
        RequireRoom(write);
    }

    /// <inheritdoc/>
    public async Task<DatasetRecord> Put(DatasetWrite write, DatasetContent content)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(content);
        await RequireTenant();
        var known = State.Datasets.GetValueOrDefault(write.Id);
        if (known is not null && known.Content.Digest == content.Digest)
            return known;
        if (known is not null && !write.Overwrite)
            throw new PlatformException(
                ErrorReason.DatasetExists, $"There is another data set '{write.Id}' already; overwrite it, or choose another id.");

        RequireRoom(write);
        if (!await blobs.ExistsAsync(Tenant, content.Digest))
            throw new PlatformException(ErrorReason.Conflict, "The data set's file was removed meanwhile; upload it again.");
        var dataset = new DatasetRecord(write.Id, content, time.GetUtcNow());
        await Commit(State with { Datasets = State.Datasets.SetItem(write.Id, dataset) });
        if (known is not null)
            await Discard(known.Content.Digest);
        return dataset;
    }

    /// <inheritdoc/>
    public async Task Discard(ContentDigest digest)
    {
        if (State.Uses(digest))
            return;
        try
        {
            await blobs.DeleteAsync(Tenant, digest);
        }
        catch (Exception exception)
        {
            // What was committed or refused before stands, whether or not the file goes.
            GrainsLog.FileNotRemoved(logger, Tenant, digest, exception);
        }
    }

    /// <inheritdoc/>
    public async Task RemoveOrphans()
    {
        var oldest = time.GetUtcNow() - limits.Value.OrphanAge;
        await foreach (var blob in blobs.ListAsync(Tenant))
        {
            if (blob.WriteTime < oldest)
                await Discard(blob.Digest);
        }
    }

    /// <inheritdoc/>
    public Task<DatasetRecord> Get(DatasetId id) => Task.FromResult(Find(id));

    /// <inheritdoc/>
    public Task<DatasetPage> List(string? after, int count)
    {
        var (datasets, last) = Paging.Page(State.Datasets.Values, dataset => dataset.Id.Value, after, count);
        return Task.FromResult(new DatasetPage(datasets, last));
    }

    /// <inheritdoc/>
    public async Task Delete(DatasetId id)
    {
        var dataset = Find(id);
        await Commit(State with { Datasets = State.Datasets.Remove(id) });
        await Discard(dataset.Content.Digest);
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<DatasetRecord>> Hold(string holder, ImmutableArray<DatasetId> ids)
    {
        ImmutableArray<DatasetRecord> found = [.. ids.Select(Find)];
        var before = State.Holds.GetValueOrDefault(holder, []);
        await Commit(State with { Holds = State.Holds.SetItem(holder, [.. found.Select(dataset => dataset.Content.Digest).Distinct()]) });
        await DiscardAll(before);
        return found;
    }

    /// <inheritdoc/>
    public async Task Release(string holder)
    {
        if (!State.Holds.TryGetValue(holder, out var held))
            return;
        await Commit(State with { Holds = State.Holds.Remove(holder) });
        await DiscardAll(held);
    }

    private async Task DiscardAll(ImmutableArray<ContentDigest> digests)
    {
        foreach (var digest in digests)
            await Discard(digest);
    }

    private DatasetRecord Find(DatasetId id) => State.Datasets.GetValueOrDefault(id) ?? throw DatasetErrors.NotFound(id);

    private void RequireRoom(DatasetWrite write)
    {
        var known = State.Datasets.GetValueOrDefault(write.Id);
        var count = State.Datasets.Count + (known is null ? 1 : 0);
        var bytes = State.Datasets.Values.Sum(dataset => dataset.Content.SizeBytes) - (known?.Content.SizeBytes ?? 0) + write.SizeBytes;
        if (count > limits.Value.MaxDatasets || bytes > limits.Value.MaxDatasetBytes)
            throw new PlatformException(ErrorReason.DatasetQuota, $"There is no room: {State.Datasets.Count} data sets; delete one first.");
    }

    private async Task RequireTenant()
    {
        if (await GrainFactory.GetGrain<ITenantGrain>(Tenant.Value).Get() is null)
            throw new PlatformException(ErrorReason.TenantNotFound, $"There is no tenant '{Tenant}'.");
    }
}
