namespace Transformer2.Grains.Tests;

[Collection(GrainCluster.Forgetting)]
public class TenantGrainTests(GrainCluster cluster)
{
    private ITenantDirectoryGrain Directory => cluster.Grains.GetGrain<ITenantDirectoryGrain>(ITenantDirectoryGrain.Key);

    [Fact]
    public async Task A_tenant_outlives_its_activation()
    {
        var id = await cluster.NewTenant();
        CallerScope.EnterTenant(id);
        var before = await cluster.Grains.GetGrain<ITenantGrain>(id.Value).Get();

        await cluster.Forget();

        Assert.Equal(before, await cluster.Grains.GetGrain<ITenantGrain>(id.Value).Get());
        CallerScope.EnterPlatform();
        await Directory.Create(id, "again").Refused(ErrorReason.TenantExists);
    }

    [Fact]
    public async Task A_creation_that_broke_off_is_completed_by_the_next_attempt()
    {
        CallerScope.EnterPlatform();
        var id = TenantId.Parse($"t-{Guid.NewGuid():n}");
        await cluster.Grains.GetGrain<ITenantGrain>(id.Value).Ensure("half");

        var tenant = await Directory.Create(id, "whole");

        Assert.Equal("half", tenant.DisplayName);
        Assert.Contains(tenant, (await Directory.List(null, 1000)).Tenants);
    }

    [Fact]
    public async Task A_full_key_ring_makes_room_for_revoked_keys_only()
    {
        var id = await cluster.NewTenant();
        CallerScope.EnterTenant(id);
        CallerScope.EnterPlatform();
        var ring = cluster.Grains.GetGrain<IApiKeyRingGrain>(id.Value);
        foreach (var key in new[] { "k1", "k2", "k3" })
            await ring.Create(new($"{id}{key}", [1, 2, 3], key));

        await ring.Create(new($"{id}k4", [1], "k4")).Refused(ErrorReason.ApiKeyQuota);
        await ring.Revoke($"{id}k2");
        await ring.Create(new($"{id}k4", [1], "k4"));

        Assert.Equal(["k1", "k3", "k4"], (await ring.List()).Select(key => key.DisplayName));
        await ring.Revoke("foreign").Refused(ErrorReason.ApiKeyNotFound);
    }

    [Fact]
    public async Task A_key_fits_only_its_own_secret_until_it_is_revoked()
    {
        var id = await cluster.NewTenant();
        CallerScope.EnterTenant(id);
        CallerScope.EnterPlatform();
        var ring = cluster.Grains.GetGrain<IApiKeyRingGrain>(id.Value);
        await ring.Create(new($"{id}-key", [1, 2, 3], "key"));
        var key = cluster.Grains.GetGrain<IApiKeyGrain>($"{id}-key");

        await cluster.Forget();
        var record = await key.Verify([1, 2, 3]);

        Assert.Equal((ApiKeyRole.Tenant, (TenantId?)id), (record!.Role, record.Tenant));
        Assert.Null(await key.Verify([1, 2, 4]));
        Assert.Null(await key.Verify([]));
        Assert.Null(await cluster.Grains.GetGrain<IApiKeyGrain>("unknown").Verify([1, 2, 3]));
        await ring.Revoke($"{id}-key");
        Assert.Null(await key.Verify([1, 2, 3]));
    }
}
