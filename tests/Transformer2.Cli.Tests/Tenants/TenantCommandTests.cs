namespace Transformer2.Cli.Tests;

public sealed class TenantCommandTests
{
    [Fact]
    public async Task Tenants_are_created_shown_and_listed_over_all_pages()
    {
        await using var platform = await FakePlatform.StartAsync();

        var created = await CliRun.On(platform, "tenant", "create", "acme", "--display-name", "Acme", "--output-format", "json");
        Assert.Equal("Acme", created.Json.GetProperty("display_name").GetString());
        Assert.Contains("acme", (await CliRun.On(platform, "tenant", "show", "acme")).Output, StringComparison.Ordinal);

        var listed = await CliRun.On(platform, "tenant", "list", "--output-format", "json");
        Assert.Equal(["acme", "zeta"], listed.Json.GetProperty("tenants").EnumerateArray().Select(tenant => tenant.GetProperty("tenant_id").GetString()));
    }

    [Fact]
    public async Task A_name_cannot_command_the_terminal()
    {
        await using var platform = await FakePlatform.StartAsync();

        var run = await CliRun.On(platform, "tenant", "list");

        Assert.Contains(@"Zeta\u001b[31m", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', run.Output);
    }

    [Fact]
    public async Task A_new_key_shows_its_secret_and_a_listing_does_not()
    {
        await using var platform = await FakePlatform.StartAsync();

        var created = await CliRun.On(platform, "key", "create", "acme", "--output-format", "json");
        Assert.Equal("t2_k1_acme", created.Json.GetProperty("secret").GetString());
        Assert.Contains("t2_k1_acme", (await CliRun.On(platform, "key", "create", "acme")).Output, StringComparison.Ordinal);

        var listed = await CliRun.On(platform, "key", "list", "acme");
        Assert.Contains("tenants/acme/apiKeys/k1", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("t2_k1", listed.Output, StringComparison.Ordinal);

        var revoked = await CliRun.On(platform, "key", "revoke", "tenants/acme/apiKeys/k1", "--output-format", "json");
        Assert.Equal("tenants/acme/apiKeys/k1", revoked.Json.GetProperty("name").GetString());
    }
}
