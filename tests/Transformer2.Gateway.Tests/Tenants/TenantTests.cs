using Grpc.Core;
using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

public class TenantTests(PlatformFixture fixture)
{
    private readonly TestPlatform platform = fixture.Platform;

    [Fact]
    public async Task A_tenant_is_created_once_and_listed()
    {
        var id = $"t-{Guid.NewGuid():n}";
        var created = await platform.Tenants.CreateTenantAsync(new() { TenantId = id, DisplayName = "Übung" }, platform.Admin);
        var read = await platform.Tenants.GetTenantAsync(new() { Name = $"tenants/{id}" }, platform.Admin);

        Assert.Equal(("Übung", id), (read.Tenant.DisplayName, read.Tenant.TenantId));
        Assert.Equal(created.Tenant, read.Tenant);
        Assert.Contains(read.Tenant, await All());
        await platform.Tenants.CreateTenantAsync(new() { TenantId = id }, platform.Admin)
            .Refused(StatusCode.AlreadyExists, ErrorReason.TenantExists);
    }

    [Fact]
    public async Task Keys_are_listed_without_their_secrets()
    {
        var tenant = await platform.NewTenant();

        var keys = await platform.Tenants.ListApiKeysAsync(new() { Parent = $"tenants/{tenant.Id}" }, platform.Admin);

        var key = Assert.Single(keys.ApiKeys);
        Assert.Equal(tenant.KeyName, key.Name);
        Assert.DoesNotContain(tenant.Key.Split('_')[2], keys.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Demo")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("@platform")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task An_id_has_a_form(string id)
    {
        await platform.Tenants.CreateTenantAsync(new() { TenantId = id }, platform.Admin)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
        await platform.Tenants.CreateApiKeyAsync(new() { Parent = id }, platform.Admin)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var tenant = await platform.NewTenant();

        await platform.Tenants.GetTenantAsync(new() { Name = "nobody" }, platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);
        await platform.Tenants.CreateApiKeyAsync(new() { Parent = "nobody" }, platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);
        await platform.Tenants.ListApiKeysAsync(new() { Parent = "nobody" }, platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);
        await platform.Tenants.RevokeApiKeyAsync(new() { Name = $"tenants/{tenant.Id}/apiKeys/0123456789abcdef" }, platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.ApiKeyNotFound);
        var files = Directory.GetFiles(platform.DataPath, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(files, path => path.Contains("nobody", StringComparison.Ordinal));
    }

    private async Task<List<V1.Tenant>> All()
    {
        var tenants = new List<V1.Tenant>();
        var token = "";
        do
        {
            var page = await platform.Tenants.ListTenantsAsync(new() { PageSize = 2, PageToken = token }, platform.Admin);
            tenants.AddRange(page.Tenants);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return tenants;
    }
}
