using Grpc.Core;
using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

public class TenantTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    [Fact]
    public async Task A_tenant_is_created_once_and_listed()
    {
        var id = $"t-{Guid.NewGuid():n}";
        var created = await _platform.Tenants.CreateTenantAsync(new() { TenantId = id, DisplayName = "Übung" }, _platform.Admin);
        var read = await _platform.Tenants.GetTenantAsync(new() { Name = $"tenants/{id}" }, _platform.Admin);

        Assert.Equal(("Übung", id), (read.Tenant.DisplayName, read.Tenant.TenantId));
        Assert.Equal(created.Tenant, read.Tenant);
        Assert.Contains(read.Tenant, await All());
        await _platform.Tenants.CreateTenantAsync(new() { TenantId = id }, _platform.Admin)
            .Refused(StatusCode.AlreadyExists, ErrorReason.TenantExists);
    }

    [Fact]
    public async Task Keys_are_listed_without_their_secrets()
    {
        var tenant = await _platform.NewTenant();

        var keys = await _platform.Tenants.ListApiKeysAsync(new() { Parent = $"tenants/{tenant.Id}" }, _platform.Admin);

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
        await _platform.Tenants.CreateTenantAsync(new() { TenantId = id }, _platform.Admin)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
        await _platform.Tenants.CreateApiKeyAsync(new() { Parent = id }, _platform.Admin)
            .Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var tenant = await _platform.NewTenant();

        await _platform.Tenants.GetTenantAsync(new() { Name = "nobody" }, _platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);
        await _platform.Tenants.CreateApiKeyAsync(new() { Parent = "nobody" }, _platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);
        await _platform.Tenants.ListApiKeysAsync(new() { Parent = "nobody" }, _platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.TenantNotFound);
        await _platform.Tenants.RevokeApiKeyAsync(new() { Name = $"tenants/{tenant.Id}/apiKeys/0123456789abcdef" }, _platform.Admin)
            .Refused(StatusCode.NotFound, ErrorReason.ApiKeyNotFound);
        var files = Directory.GetFiles(_platform.DataPath, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(files, path => path.Contains("nobody", StringComparison.Ordinal));
    }

    private async Task<List<V1.Tenant>> All()
    {
        var tenants = new List<V1.Tenant>();
        var token = "";
        do
        {
            var page = await _platform.Tenants.ListTenantsAsync(new() { PageSize = 2, PageToken = token }, _platform.Admin);
            tenants.AddRange(page.Tenants);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        return tenants;
    }
}
