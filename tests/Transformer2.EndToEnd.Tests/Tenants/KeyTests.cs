using Grpc.Core;
using Transformer2.Client;

namespace Transformer2.EndToEnd.Tests;

public sealed class KeyTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_key_nothing_is_answered()
    {
        using var client = new Transformer2Client(new Transformer2ClientOptions { Address = platform.Server.Grpc });

        await Refusal.Expect(StatusCode.Unauthenticated, "API_KEY_MISSING", () => client.GetModelAsync(Token));
        await Refusal.Expect(
            StatusCode.Unauthenticated, "API_KEY_MISSING", () => client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token).AsTask());
        await Refusal.Expect(StatusCode.Unauthenticated, "API_KEY_MISSING", () => client.Tenants.GetAsync("demo", Token));
    }

    [Fact]
    public async Task A_key_that_was_mistyped_made_up_or_altered_is_invalid()
    {
        using var tenant = await platform.NewTenantAsync();
        var altered = tenant.Key[..^1] + (tenant.Key[^1] == 'a' ? 'b' : 'a');

        foreach (var key in new[] { "nonsense", "t2_", new string('k', 4000), altered, tenant.Key + "x" })
        {
            using var client = platform.Server.Client(key);
            await Refusal.Expect(StatusCode.Unauthenticated, "API_KEY_INVALID", () => client.GetModelAsync(Token));
        }
    }

    [Fact]
    public async Task A_key_may_do_what_its_kind_may()
    {
        using var tenant = await platform.NewTenantAsync();
        using var admin = platform.Server.Admin();

        await Refusal.Expect(StatusCode.PermissionDenied, "ADMIN_KEY_REQUIRED", () => tenant.Client.Tenants.GetAsync(tenant.Id, Token));
        await Refusal.Expect(StatusCode.PermissionDenied, "ADMIN_KEY_REQUIRED", () => tenant.Client.Tenants.CreateKeyAsync(tenant.Id, cancellationToken: Token));
        await Refusal.Expect(
            StatusCode.PermissionDenied, "TENANT_KEY_REQUIRED", () => admin.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token).AsTask());
        Assert.NotEmpty((await admin.GetModelAsync(Token)).Matrices);
    }

    [Fact]
    public async Task A_revoked_key_is_invalid_and_its_tenants_other_key_stays()
    {
        using var tenant = await platform.NewTenantAsync();
        using var admin = platform.Server.Admin();
        var second = await admin.Tenants.CreateKeyAsync(tenant.Id, "second", Token);
        using var client = platform.Server.Client(second.Secret);
        await client.GetModelAsync(Token);

        var revoked = await admin.Tenants.RevokeKeyAsync(second.ApiKey.Name, Token);

        Assert.NotNull(revoked.RevokeTime);
        await Refusal.Expect(StatusCode.Unauthenticated, "API_KEY_INVALID", () => client.GetModelAsync(Token));
        await tenant.Client.GetModelAsync(Token);
        Assert.Equal(2, (await admin.Tenants.ListKeysAsync(tenant.Id, Token)).Count);
    }

    [Fact]
    public async Task Unknown_and_repeated_tenants_and_keys_are_said_so()
    {
        using var tenant = await platform.NewTenantAsync();
        using var admin = platform.Server.Admin();

        await Refusal.Expect(StatusCode.NotFound, "TENANT_NOT_FOUND", () => admin.Tenants.GetAsync("nobody", Token));
        await Refusal.Expect(StatusCode.NotFound, "TENANT_NOT_FOUND", () => admin.Tenants.CreateKeyAsync("nobody", cancellationToken: Token));
        await Refusal.Expect(StatusCode.NotFound, "API_KEY_NOT_FOUND", () => admin.Tenants.RevokeKeyAsync($"tenants/{tenant.Id}/apiKeys/none", Token));
        await Refusal.Expect(StatusCode.AlreadyExists, "TENANT_EXISTS", () => admin.Tenants.CreateAsync(tenant.Id, cancellationToken: Token));
        await Refusal.Expect(StatusCode.InvalidArgument, "INVALID_FIELD", () => admin.Tenants.CreateAsync("Not An Id", cancellationToken: Token));
        await Refusal.Expect(
            StatusCode.InvalidArgument, "INVALID_FIELD", () => admin.Tenants.CreateAsync("long-name", new string('n', 201), Token));
        Assert.Contains(
            tenant.Id, (await admin.Tenants.ListAsync(pageSize: 1, Token).ToListAsync(Token)).Select(listed => listed.TenantId));
    }
}
