using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Transformer2.Abstractions;

namespace Transformer2.Grains;

/// <inheritdoc cref="IExpertLibraryGrain"/>
/// <remarks>
/// Files are stored before they are committed and removed after they are released, both decided in this grain's turns. So a commit finds
/// its file or says so, and a crash, or a file that cannot be removed, leaves at most a file without an expert, which a later sweep
/// removes.
/// </remarks>
[GrainType("t2.library")]
public sealed class ExpertLibraryGrain(
    [PersistentState("state")] IPersistentState<ExpertLibraryState> storage,
    IExpertBlobStore blobs,
    IQuestionBlobStore questions,
    IOptions<PlatformLimits> limits,
    TimeProvider time,
    ILogger<ExpertLibraryGrain> logger) : StatefulGrain<ExpertLibraryState>(storage), IExpertLibraryGrain
{
    // Kept by call, not by a timer: the tenant scope filter refuses a timer's calls, which have no scope.
    private readonly List<(ExpertId Expert, ContentDigest Digest, DateTimeOffset Until)> _replaced = [];

    private TenantId Tenant => TenantId.Parse(this.GetPrimaryKeyString());

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken) => RemoveOrphans(cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveOrphans()
    {
        await DiscardReplaced(deleted: null);
        await RemoveOrphans(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async Task Check(ExpertWrite write)
    {
        await RequireTenant();
        RequireRoom(write);
        RequireEtag(write.Id, write.Etag);
    }

    /// <inheritdoc/>
    public Task<ExpertRecord> Put(ExpertWrite write, string displayName, ExpertContent content) => Put(write, displayName, content, publication: null);

    /// <inheritdoc/>
    public async Task<ExpertRecord> Publish(ExpertWrite write, string displayName, ExpertContent content, ExpertPublication publication)
    {
        ArgumentNullException.ThrowIfNull(publication);
        return State.Publications.GetValueOrDefault(publication.Token) ?? await Put(write, displayName, content, publication);
    }

    /// <inheritdoc/>
    public async Task Forget(string token)
    {
        if (State.Publications.ContainsKey(token))
            await Commit(State with { Publications = State.Publications.Remove(token) });
    }

    /// <inheritdoc/>
    public async Task<ExpertRecord> Release(ExpertId id, string? etag)
    {
        var expert = Find(id);
        RequireEtag(id, etag);
        if (!expert.IsQuarantined)
            return expert;
        expert = expert with { Quarantine = [], Etag = NextEtag(expert.Content) };
        await Commit(State.With(expert));
        return expert;
    }

    private async Task<ExpertRecord> Put(ExpertWrite write, string displayName, ExpertContent content, ExpertPublication? publication)
    {
        await RequireTenant();
        var known = State.Experts.GetValueOrDefault(write.Id);
        var replaces = write.Overwrite || write.Etag is not null;
        if (known is not null && known.Content.Digest == content.Digest && (!replaces || known.DisplayName == displayName))
        {
            if (publication is not null)
                await Commit(State with { Publications = State.Publications.SetItem(publication.Token, known) });
            return known;
        }

        RequireEtag(write.Id, write.Etag);
        if (known is not null && !replaces)
            throw new PlatformException(
                ErrorReason.ExpertExists, $"There is another expert '{write.Id}' already; overwrite it, or choose another id.");

        RequireRoom(write);
        if (!await blobs.ExistsAsync(Tenant, content.Digest))
            throw new PlatformException(ErrorReason.Conflict, "The expert's file was removed meanwhile; upload it again.");

        // What is known of a content stays known of it; by another way than its release it does not leave quarantine.
        var same = known?.Content.Digest == content.Digest ? known : null;
        var expert = new ExpertRecord(write.Id, displayName, content, time.GetUtcNow(), NextEtag(content))
        {
            Quarantine = publication?.Quarantine ?? same?.Quarantine ?? [],
            Seen = publication?.Seen ?? same?.Seen,
        };
        var next = State.With(expert);
        await Commit(publication is null ? next : next with { Publications = next.Publications.SetItem(publication.Token, expert) });
        if (known?.Seen is { } seen)
            await DiscardQuestions(seen.Digest);
        if (known is not null)
        {
            _replaced.RemoveAll(file => file.Digest == known.Content.Digest);
            _replaced.Add((write.Id, known.Content.Digest, time.GetUtcNow() + limits.Value.ReplacedGrace));
        }

        await DiscardReplaced(deleted: null);
        return expert;
    }

    /// <inheritdoc/>
    public async Task Discard(ContentDigest digest)
    {
        if (!State.Uses(digest))
            await Remove(digest);
    }

    /// <inheritdoc/>
    public Task<ExpertRecord> Get(ExpertId id) => Task.FromResult(Find(id));

    /// <inheritdoc/>
    public Task<ExpertPage> List(string? after, int count)
    {
        var (experts, last) = Paging.Page(State.Experts.Values, expert => expert.Id.Value, after, count);
        return Task.FromResult(new ExpertPage(experts, last));
    }

    /// <inheritdoc/>
    public async Task Delete(ExpertId id, string? etag)
    {
        var expert = Find(id);
        RequireEtag(id, etag);
        await Commit(State.Without(id));
        await Discard(expert.Content.Digest);
        if (expert.Seen is { } seen)
            await DiscardQuestions(seen.Digest);
        await DiscardReplaced(deleted: id);
    }

    /// <inheritdoc/>
    public Task<LibrarySnapshot?> GetSnapshot(long knownVersion) => Task.FromResult(
        knownVersion == State.Version ? null : new LibrarySnapshot(State.Version, State.Experts.ToDigests())
        {
            Quarantined = [.. State.Experts.Values.Where(expert => expert.IsQuarantined).Select(expert => expert.Id)],
        });

    // In one turn: nothing is committed between the look at the state and the removal.
    private async Task RemoveOrphans(CancellationToken cancellationToken)
    {
        var used = State.Experts.Values.Select(expert => expert.Content.Digest).Concat(_replaced.Select(file => file.Digest)).ToHashSet();
        var oldest = time.GetUtcNow() - limits.Value.OrphanAge;
        await foreach (var blob in blobs.ListAsync(Tenant, cancellationToken))
        {
            if (blob.WriteTime < oldest && !used.Contains(blob.Digest))
                await Remove(blob.Digest);
        }

        await foreach (var blob in questions.ListAsync(Tenant, cancellationToken))
        {
            if (blob.WriteTime < oldest)
                await DiscardQuestions(blob.Digest);
        }
    }

    // A request may have chosen a replaced content a moment ago, so its file outlives it. What is still here when the activation ends, a
    // later one removes.
    private async Task DiscardReplaced(ExpertId? deleted)
    {
        var now = time.GetUtcNow();
        var due = _replaced.Where(file => file.Expert == deleted || file.Until <= now).ToList();
        foreach (var file in due)
        {
            _replaced.Remove(file);
            await Discard(file.Digest);
        }
    }

    // What was committed or refused before stands, whether or not the file goes.
    private Task Remove(ContentDigest digest) => Remove(blobs, digest);

    private async Task DiscardQuestions(ContentDigest digest)
    {
        if (!State.UsesQuestions(digest))
            await Remove(questions, digest);
    }

    private async Task Remove(IBlobStore store, ContentDigest digest)
    {
        try
        {
            await store.DeleteAsync(Tenant, digest);
        }
        catch (Exception exception)
        {
            GrainsLog.FileNotRemoved(logger, Tenant, digest, exception);
        }
    }

    private string NextEtag(ExpertContent content) =>
        string.Create(CultureInfo.InvariantCulture, $"{State.Version + 1}-{content.Digest.Value[..8]}");

    private ExpertRecord Find(ExpertId id) => State.Experts.GetValueOrDefault(id) ?? throw ExpertErrors.NotFound(id);

    private void RequireEtag(ExpertId id, string? etag)
    {
        if (etag is not null && State.Experts.GetValueOrDefault(id)?.Etag != etag)
            throw new PlatformException(ErrorReason.EtagMismatch, $"Expert '{id}' is not the one that was seen; read it again.");
    }

    private void RequireRoom(ExpertWrite write)
    {
        var known = State.Experts.GetValueOrDefault(write.Id);
        var count = State.Experts.Count + (known is null ? 1 : 0);
        var bytes = State.Experts.Values.Sum(expert => expert.Content.SizeBytes) - (known?.Content.SizeBytes ?? 0) + write.SizeBytes;
        if (count > limits.Value.MaxExperts || bytes > limits.Value.MaxExpertBytes)
            throw new PlatformException(ErrorReason.ExpertQuota, $"The library is full: {State.Experts.Count} experts; delete one first.");
    }

    private async Task RequireTenant()
    {
        if (await GrainFactory.GetGrain<ITenantGrain>(Tenant.Value).Get() is null)
            throw new PlatformException(ErrorReason.TenantNotFound, $"There is no tenant '{Tenant}'.");
    }
}
