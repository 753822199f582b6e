using System.Text;

namespace Transformer2.Grains.Tests;

[Collection(GrainCluster.Forgetting)]
public class DatasetLibraryGrainTests(GrainCluster cluster)
{
    private static readonly DatasetId Id = DatasetId.Parse("sums");

    [Fact]
    public async Task The_same_content_again_changes_nothing_and_another_needs_to_be_told()
    {
        var tenant = await NewTenant();
        var first = await Put(tenant, "sums", "one");

        Assert.Equal(first, await Put(tenant, "sums", "one"));
        await Put(tenant, "sums", "two").Refused(ErrorReason.DatasetExists);
        var second = await Put(tenant, "sums", "two", overwrite: true);

        Assert.False(cluster.Datasets.Has(tenant, first.Content.Digest));
        await cluster.Forget();
        Assert.Equal(second, await Library(tenant).Get(Id));
    }

    [Fact]
    public async Task There_is_room_for_so_many_and_so_much()
    {
        var tenant = await NewTenant();
        await Put(tenant, "a", "a");
        await Put(tenant, "b", "b");
        await Library(tenant).Check(new(Id, SizeBytes: 1001, Overwrite: false)).Refused(ErrorReason.DatasetQuota);
        await Put(tenant, "c", "c");

        await Put(tenant, "d", "d").Refused(ErrorReason.DatasetQuota);

        Assert.Equal(["a", "b"], (await Library(tenant).List(null, 2)).Datasets.Select(dataset => dataset.Id.Value));
        Assert.Equal(["c"], (await Library(tenant).List("b", 2)).Datasets.Select(dataset => dataset.Id.Value));
    }

    [Fact]
    public async Task A_file_that_is_held_outlives_its_data_set()
    {
        var tenant = await NewTenant();
        var digest = (await Put(tenant, "sums", "held")).Content.Digest;

        Assert.Equal(digest, Assert.Single(await Library(tenant).Hold("job", [Id])).Content.Digest);
        await Library(tenant).Delete(Id);
        await Library(tenant).Get(Id).Refused(ErrorReason.DatasetNotFound);
        cluster.Datasets.MakeOld(tenant, digest);
        await Library(tenant).RemoveOrphans();
        Assert.True(cluster.Datasets.Has(tenant, digest));

        await Library(tenant).Release("job");
        await Library(tenant).Release("job");
        Assert.False(cluster.Datasets.Has(tenant, digest));
        await Library(tenant).Hold("job", [Id]).Refused(ErrorReason.DatasetNotFound);
    }

    [Fact]
    public async Task What_nobody_committed_goes_when_it_is_old()
    {
        var tenant = await NewTenant();
        var young = (await cluster.Datasets.PutAsync(tenant, Encoding.UTF8.GetBytes("young"), TestContext.Current.CancellationToken)).Digest;
        var old = (await cluster.Datasets.PutAsync(tenant, Encoding.UTF8.GetBytes("old"), TestContext.Current.CancellationToken)).Digest;
        cluster.Datasets.MakeOld(tenant, old);

        await Library(tenant).RemoveOrphans();

        Assert.Equal((true, false), (cluster.Datasets.Has(tenant, young), cluster.Datasets.Has(tenant, old)));
    }

    private async Task<TenantId> NewTenant()
    {
        var tenant = await cluster.NewTenant();
        CallerScope.EnterTenant(tenant);
        return tenant;
    }

    private IDatasetLibraryGrain Library(TenantId tenant)
    {
        CallerScope.EnterTenant(tenant);
        return cluster.Grains.GetGrain<IDatasetLibraryGrain>(tenant.Value);
    }

    private async Task<DatasetRecord> Put(TenantId tenant, string id, string text, bool overwrite = false)
    {
        var blob = await cluster.Datasets.PutAsync(tenant, Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        return await Library(tenant).Put(new(DatasetId.Parse(id), blob.SizeBytes, overwrite), new(blob.Digest, blob.SizeBytes, 3, 2, 1, 0));
    }
}
