using System.Diagnostics;

namespace Transformer2.Grains.Tests;

[Collection(GrainCluster.Forgetting)]
public class ExpertLibraryGrainTests(GrainCluster cluster)
{
    [Fact]
    public async Task A_library_outlives_its_activation_and_its_version_only_grows()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var expert = await cluster.Put(tenant, "math", 1.5f);
        var before = await cluster.Library(tenant).GetSnapshot(-1);

        await cluster.Forget();
        var after = await cluster.Library(tenant).GetSnapshot(-1);

        Assert.Equal(expert, await cluster.Library(tenant).Get(expert.Id));
        Assert.Equal(before!.Version, after!.Version);
        Assert.Equal(before.Experts, after.Experts);
        Assert.Null(await cluster.Library(tenant).GetSnapshot(after.Version));
        await cluster.Library(tenant).Delete(expert.Id, null);
        Assert.True((await cluster.Library(tenant).GetSnapshot(after.Version))!.Version > after.Version);
    }

    [Fact]
    public async Task A_full_library_refuses_before_and_at_the_commit()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        for (var i = 0; i < 5; i++)
            await cluster.Put(tenant, $"e{i}", 1 + (i * 0.125f));

        await cluster.Library(tenant).Check(new(ExpertId.Parse("e5"), 0, false, null)).Refused(ErrorReason.ExpertQuota);
        await cluster.Put(tenant, "e5", 3f).Refused(ErrorReason.ExpertQuota);
        await cluster.Library(tenant).Check(new(ExpertId.Parse("e0"), 200_000, true, null)).Refused(ErrorReason.ExpertQuota);

        await cluster.Put(tenant, "e0", 4f, overwrite: true);
    }

    [Fact]
    public async Task A_commit_without_its_file_asks_for_it_again()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var digest = ContentDigest.Of([1, 2, 3]);

        await cluster.Library(tenant).Put(new(ExpertId.Parse("math"), 3, false, null), "math", GrainCluster.Content(digest, 3))
            .Refused(ErrorReason.Conflict);

        await cluster.Library(tenant).Get(ExpertId.Parse("math")).Refused(ErrorReason.ExpertNotFound);
    }

    [Fact]
    public async Task Discarding_spares_what_an_expert_uses()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var expert = await cluster.Put(tenant, "math", 1.5f);
        var orphan = await cluster.Blobs.PutAsync(tenant, new byte[] { 1 }, TestContext.Current.CancellationToken);

        await cluster.Library(tenant).Discard(expert.Content.Digest);
        await cluster.Library(tenant).Discard(orphan.Digest);

        Assert.True(await cluster.Blobs.ExistsAsync(tenant, expert.Content.Digest, TestContext.Current.CancellationToken));
        Assert.False(await cluster.Blobs.ExistsAsync(tenant, orphan.Digest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_a_crash_left_behind_goes_with_the_next_activation()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var expert = await cluster.Put(tenant, "math", 1.5f);
        var old = await cluster.Blobs.PutAsync(tenant, new byte[] { 1 }, TestContext.Current.CancellationToken);
        var young = await cluster.Blobs.PutAsync(tenant, new byte[] { 2 }, TestContext.Current.CancellationToken);
        cluster.Blobs.MakeOld(tenant, expert.Content.Digest);
        cluster.Blobs.MakeOld(tenant, old.Digest);

        await cluster.Forget();
        await cluster.Library(tenant).Get(expert.Id);

        Assert.False(await cluster.Blobs.ExistsAsync(tenant, old.Digest, TestContext.Current.CancellationToken));
        Assert.True(await cluster.Blobs.ExistsAsync(tenant, young.Digest, TestContext.Current.CancellationToken));
        Assert.True(await cluster.Blobs.ExistsAsync(tenant, expert.Content.Digest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_sweep_removes_orphans_and_neither_what_is_used_nor_what_was_replaced_just_now()
    {
        var clock = Stopwatch.StartNew();
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var replaced = await cluster.Put(tenant, "math", 1.5f);
        var used = await cluster.Put(tenant, "math", 2f, overwrite: true);
        var orphan = await cluster.Blobs.PutAsync(tenant, new byte[] { 1 }, TestContext.Current.CancellationToken);
        var young = await cluster.Blobs.PutAsync(tenant, new byte[] { 2 }, TestContext.Current.CancellationToken);
        cluster.Blobs.MakeOld(tenant, replaced.Content.Digest);
        cluster.Blobs.MakeOld(tenant, used.Content.Digest);
        cluster.Blobs.MakeOld(tenant, orphan.Digest);

        await cluster.Library(tenant).RemoveOrphans();

        Assert.False(cluster.Blobs.Has(tenant, orphan.Digest));
        Assert.True(cluster.Blobs.Has(tenant, young.Digest));
        Assert.True(cluster.Blobs.Has(tenant, used.Content.Digest));
        Assert.True(cluster.Blobs.Has(tenant, replaced.Content.Digest) || clock.Elapsed > GrainCluster.ReplacedGrace);
    }

    [Fact]
    public async Task A_replaced_file_stays_for_those_that_chose_it_until_its_expert_is_deleted()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var first = await cluster.Put(tenant, "math", 1.5f);
        var second = await cluster.Put(tenant, "math", 2f, overwrite: true);
        var other = await cluster.Put(tenant, "other", 3f);
        await cluster.Put(tenant, "other", 4f, overwrite: true);
        Assert.All([first, second, other], expert => Assert.True(cluster.Blobs.Has(tenant, expert.Content.Digest)));

        await cluster.Library(tenant).Delete(first.Id, null);

        Assert.All([first, second], expert => Assert.False(cluster.Blobs.Has(tenant, expert.Content.Digest)));
        Assert.True(cluster.Blobs.Has(tenant, other.Content.Digest));
    }

    [Fact]
    public async Task A_replaced_file_goes_with_a_later_change_unless_it_is_used_again()
    {
        var clock = Stopwatch.StartNew();
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var used = await cluster.Put(tenant, "math", 1.5f);
        var replaced = await cluster.Put(tenant, "math", 2f, overwrite: true);
        await cluster.Put(tenant, "math", 1.5f, overwrite: true);

        for (var i = 0; cluster.Blobs.Has(tenant, replaced.Content.Digest); i++)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1));
            await cluster.Put(tenant, "other", 3 + (i % 2), overwrite: true);
        }

        Assert.True(clock.Elapsed > GrainCluster.ReplacedGrace);
        Assert.True(cluster.Blobs.Has(tenant, used.Content.Digest));
    }

    [Fact]
    public async Task A_file_that_cannot_be_removed_does_not_stand_in_the_way()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        var expert = await cluster.Put(tenant, "math", 1.5f);
        cluster.Blobs.Undeletable[tenant] = true;

        var replaced = await cluster.Put(tenant, "math", 2f, overwrite: true);
        await cluster.Library(tenant).Delete(replaced.Id, null);
        cluster.Blobs.MakeOld(tenant, expert.Content.Digest);
        await cluster.Forget();
        Assert.Empty((await cluster.Library(tenant).List(null, 10)).Experts);

        cluster.Blobs.Undeletable.Remove(tenant, out _);
        await cluster.Forget();
        await cluster.Library(tenant).List(null, 10);
        Assert.False(await cluster.Blobs.ExistsAsync(tenant, expert.Content.Digest, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_library_belongs_to_a_tenant_that_exists()
    {
        CallerScope.EnterPlatform();

        await cluster.Library(TenantId.Parse("nobody")).Check(new(ExpertId.Parse("math"), 1, false, null))
            .Refused(ErrorReason.TenantNotFound);
    }
}
