namespace Transformer2.Grains.Tests;

/// <summary>What jobs put into a library: once each, and in quarantine where they say so.</summary>
[Collection(GrainCluster.Forgetting)]
public class PublicationTests(GrainCluster cluster)
{
    private static readonly ExpertId Id = ExpertId.Parse("trained");

    [Fact]
    public async Task A_publication_that_is_repeated_is_the_first_one_whatever_came_in_between()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var first = await Publish(tenant, 1.1f, new("job@1"));
        var other = await cluster.Put(tenant, "trained", 1.2f, overwrite: true);
        await cluster.Forget();

        var again = await Publish(tenant, 1.1f, new("job@1"));

        Assert.Equal(first.Etag, again.Etag);
        Assert.Equal(other.Etag, (await cluster.Library(tenant).Get(Id)).Etag);
        await cluster.Library(tenant).Forget("job@1");
        Assert.NotEqual(first.Etag, (await Publish(tenant, 1.1f, new("job@1"))).Etag);
    }

    [Fact]
    public async Task An_expert_in_quarantine_answers_nobody_until_it_is_released()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var kept = await Publish(tenant, 1.1f, new("job@1") { Quarantine = ["drift"] });
        Assert.Equal(["drift"], kept.Quarantine);

        await Dispatch(tenant, new ExpertSelection.Named(Id)).Refused(ErrorReason.ExpertQuarantined);
        await Dispatch(tenant, new ExpertSelection.Mixture([new(Id, 1)])).Refused(ErrorReason.ExpertQuarantined);
        await cluster.Library(tenant).Release(Id, "other").Refused(ErrorReason.EtagMismatch);
        var released = await cluster.Library(tenant).Release(Id, kept.Etag);

        Assert.False(released.IsQuarantined);
        Assert.NotEqual(kept.Etag, released.Etag);
        Assert.Equal(released, await cluster.Library(tenant).Release(Id, null));
        Assert.Equal(kept.Content.Digest, Assert.Single((await Dispatch(tenant, new ExpertSelection.Named(Id))).Target.Experts).Digest);
    }

    [Fact]
    public async Task The_questions_of_an_expert_stay_as_long_as_it_does()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var list = await cluster.Questions.PutAsync(tenant, QuestionList.ToBytes(["b", "a", "b"]), TestContext.Current.CancellationToken);
        var old = await cluster.Questions.PutAsync(tenant, QuestionList.ToBytes(["c"]), TestContext.Current.CancellationToken);
        await Publish(tenant, 1.1f, new("job@1") { Seen = new(list.Digest, 2) });
        cluster.Questions.MakeOld(tenant, list.Digest);
        cluster.Questions.MakeOld(tenant, old.Digest);

        await cluster.Library(tenant).RemoveOrphans();
        Assert.Equal((true, false), (cluster.Questions.Has(tenant, list.Digest), cluster.Questions.Has(tenant, old.Digest)));
        Assert.Equal(["a", "b"], QuestionList.Read(await cluster.Questions.GetAsync(tenant, list.Digest, TestContext.Current.CancellationToken)).Order());

        await cluster.Library(tenant).Delete(Id, etag: null);
        Assert.False(cluster.Questions.Has(tenant, list.Digest));
    }

    private Task<DispatchPlan> Dispatch(TenantId tenant, ExpertSelection selection) => cluster.Grains.GetGrain<IDispatchGrain>(tenant.Value).Dispatch(selection);

    private async Task<ExpertRecord> Publish(TenantId tenant, float value, ExpertPublication publication)
    {
        var file = ExpertBytes.Of(value);
        var content = GrainCluster.Content(ContentDigest.Of(file), file.Length);
        return await cluster.Library(tenant).PutFile(cluster.Blobs, tenant, new(Id, file.Length, Overwrite: true, Etag: null), "Trained", file, content, publication);
    }
}
