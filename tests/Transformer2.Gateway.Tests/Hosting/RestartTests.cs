using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.Hosting;

namespace Transformer2.Gateway.Tests;

public class RestartTests
{
    [Fact]
    public async Task A_restart_loses_nothing()
    {
        var first = await TestPlatform.StartAsync();
        var tenant = await first.NewTenant();
        var revoked = await first.NewTenant();
        await first.Tenants.RevokeApiKeyAsync(new() { Name = revoked.KeyName }, first.Admin);
        var expert = await tenant.Upload("math", ExpertBytes.Of(1.75f));
        await first.StopAsync();
        Assert.True(first.Engine.Disposed);

        await using var second = await TestPlatform.StartAsync(first.Directory);

        Assert.Equal(first.Credentials, second.Credentials);
        Assert.Equal(tenant.Id, (await second.Tenants.GetTenantAsync(new() { Name = tenant.Id }, second.Admin)).Tenant.TenantId);
        Assert.Equal(expert, (await second.Experts.GetExpertAsync(new() { Name = "math" }, tenant.Headers)).Expert);
        var plan = await second.Generation.DispatchAsync(new() { Selection = GenerationTests.Named("math") }, tenant.Headers);
        Assert.Equal(expert.Digest, Assert.Single(plan.Dispatched.Experts).Digest);
        await second.Cluster.GetModelAsync(new(), revoked.Headers).Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
    }

    [Fact]
    public async Task The_demo_tenant_gets_the_bundled_experts_once()
    {
        var first = await TestPlatform.StartAsync();
        var headers = TestPlatform.Key(first.Credentials.TenantKey);
        var seeded = Assert.Single((await first.Experts.ListExpertsAsync(new(), headers)).Experts);
        Assert.Equal("tenants/demo/experts/math", seeded.Name);
        await first.Experts.DeleteExpertAsync(new() { Name = "math" }, headers);
        await first.StopAsync();

        await using var second = await TestPlatform.StartAsync(first.Directory);

        Assert.Empty((await second.Experts.ListExpertsAsync(new(), headers)).Experts);
    }

    [Fact]
    public async Task A_start_that_was_interrupted_is_completed_without_touching_the_tenants_own()
    {
        var first = await TestPlatform.StartAsync();
        var headers = TestPlatform.Key(first.Credentials.TenantKey);
        var tenant = new TestTenant(first, "demo", first.Credentials.TenantKey, "");
        var own = await tenant.Upload(new V1.UploadExpertMetadata { ExpertId = "math", Overwrite = true }, [ExpertBytes.Of(9f)]);
        await first.StopAsync();
        File.Delete(Path.Combine(first.DataPath, "seeded"));
        var bundled = Path.Combine(first.Directory, "model", "experts");
        File.Copy(Path.Combine(bundled, "math.safetensors"), Path.Combine(bundled, "code.safetensors"));

        await using var second = await TestPlatform.StartAsync(first.Directory);

        var experts = (await second.Experts.ListExpertsAsync(new(), headers)).Experts;
        Assert.Equal(["code", "math"], experts.Select(expert => expert.ExpertId));
        Assert.Equal(own, experts[1]);
        Assert.True(File.Exists(Path.Combine(first.DataPath, "seeded")));
    }

    [Fact]
    public async Task Lost_credentials_are_replaced_and_no_longer_valid()
    {
        var first = await TestPlatform.StartAsync();
        await first.StopAsync();
        var path = Path.Combine(first.DataPath, "dev-credentials.json");
        File.Delete(path);

        await using var second = await TestPlatform.StartAsync(first.Directory);

        Assert.NotEqual(first.Credentials, second.Credentials);
        Assert.Equal("demo", second.Credentials.Tenant);
        await second.Cluster.GetModelAsync(new(), TestPlatform.Key(second.Credentials.TenantKey));
        await second.Cluster.GetModelAsync(new(), TestPlatform.Key(first.Credentials.TenantKey))
            .Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
        await second.Cluster.GetModelAsync(new(), first.Admin).Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Nothing_below_the_data_directory_is_open_to_others()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var directory = TestPlatform.NewDirectory();
        var data = Directory.CreateDirectory(Path.Combine(directory, "data"));
        if (!OperatingSystem.IsWindows())
            data.UnixFileMode = owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        else
            Assert.Skip("Windows has other permissions.");

        await using var platform = await TestPlatform.StartAsync(directory);
        await (await platform.NewTenant()).Upload("math", ExpertBytes.Of(1.75f));

        var entries = data.GetFileSystemInfos("*", SearchOption.AllDirectories);
        Assert.Contains(entries, entry => entry.Name.EndsWith(".safetensors", StringComparison.Ordinal));
        Assert.All(entries, entry => Assert.True((entry.UnixFileMode & ~owner) == 0, $"{entry.FullName}: {entry.UnixFileMode}"));
    }

    [Fact]
    public async Task A_bundled_expert_that_does_not_fit_is_left_out()
    {
        var directory = TestPlatform.NewDirectory();
        await File.WriteAllBytesAsync(
            Path.Combine(directory, "model", "experts", "bad.safetensors"), [1, 2, 3], TestContext.Current.CancellationToken);

        await using var platform = await TestPlatform.StartAsync(directory);

        var experts = await platform.Experts.ListExpertsAsync(new(), TestPlatform.Key(platform.Credentials.TenantKey));
        Assert.Equal("math", Assert.Single(experts.Experts).ExpertId);
    }

    [Fact]
    public async Task Open_streams_end_before_the_server_does()
    {
        var platform = await TestPlatform.StartAsync(null, "--T2:ShutdownSeconds=60");
        using var call = platform.Generation.Generate(
            new() { Prompt = "hold", RequestId = "held" },
            TestPlatform.Key(platform.Credentials.TenantKey),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        var stopping = platform.BeginStop();
        await platform.Stopping;
        platform.Engine.Release();
        var rest = await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        await stopping;

        Assert.Equal(1, rest[^1].Completed.Usage.CompletionTokens);
        await platform.DisposeAsync();
    }
}
