using Grpc.Core;
using Transformer2.Abstractions;

namespace Transformer2.Gateway.Tests;

public class ApiKeyTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    [Fact]
    public async Task Without_a_key_nothing_is_answered() =>
        await _platform.Cluster.GetModelAsync(new()).Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyMissing);

    [Fact]
    public async Task A_mistyped_an_unknown_and_a_foreign_text_are_refused_alike()
    {
        var tenant = await _platform.NewTenant();
        var mistyped = tenant.Key[..^1] + (tenant.Key[^1] == '0' ? '1' : '0');

        foreach (var key in new[] { mistyped, ApiKeyText.Mint().Value, "hello", "" })
        {
            var refusal = await _platform.Cluster.GetModelAsync(new(), TestPlatform.Key(key))
                .Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
            Assert.Equal("The API key is mistyped, unknown or revoked.", refusal.Status.Detail);
        }
    }

    [Fact]
    public async Task The_right_key_id_with_another_secret_is_refused()
    {
        var tenant = await _platform.NewTenant();
        var other = ApiKeyText.Mint().Value.Split('_');
        var body = $"t2_{tenant.Key.Split('_')[1]}_{other[2]}";
        var checksum = System.IO.Hashing.Crc32.HashToUInt32(System.Text.Encoding.ASCII.GetBytes(body)).ToString("x8", null);

        await _platform.Cluster.GetModelAsync(new(), TestPlatform.Key($"{body}_{checksum}"))
            .Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
    }

    [Fact]
    public async Task Asking_for_unknown_keys_stores_nothing()
    {
        var unknown = ApiKeyText.Mint();
        await _platform.Cluster.GetModelAsync(new(), TestPlatform.Key(unknown.Value))
            .Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_platform.DataPath, "grains", "t2.apikey")));
        var files = Directory.GetFiles(_platform.DataPath, "*", SearchOption.AllDirectories);
        Assert.DoesNotContain(files, path => path.Contains(unknown.KeyId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_headers_carry_a_key()
    {
        var tenant = await _platform.NewTenant();

        var model = await _platform.Cluster.GetModelAsync(new(), new Metadata { { "x-api-key", tenant.Key } });

        Assert.Equal("fake", model.Model.ModelId);
        Assert.Equal(2, model.Model.Matrices.Count);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_at_once_and_another_of_the_tenant_still_works()
    {
        var tenant = await _platform.NewTenant();
        var second = await _platform.Tenants.CreateApiKeyAsync(new() { Parent = tenant.Id, DisplayName = "second" }, _platform.Admin);
        await _platform.Cluster.GetModelAsync(new(), tenant.Headers);

        var revoked = await _platform.Tenants.RevokeApiKeyAsync(new() { Name = tenant.KeyName }, _platform.Admin);
        var again = await _platform.Tenants.RevokeApiKeyAsync(new() { Name = tenant.KeyName }, _platform.Admin);

        Assert.NotNull(revoked.ApiKey.RevokeTime);
        Assert.Equal(revoked.ApiKey, again.ApiKey);
        await _platform.Cluster.GetModelAsync(new(), tenant.Headers).Refused(StatusCode.Unauthenticated, ErrorReason.ApiKeyInvalid);
        await _platform.Cluster.GetModelAsync(new(), TestPlatform.Key(second.Secret));
    }

    [Fact]
    public async Task No_secret_is_kept_on_disk_except_in_the_credentials_file()
    {
        var tenant = await _platform.NewTenant();
        string[] keys = [tenant.Key, _platform.Credentials.TenantKey, _platform.Credentials.AdminKey];
        var secrets = keys.Select(key => key.Split('_')[2]).ToArray();

        var files = Directory.GetFiles(_platform.DataPath, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetFileName(path) != "dev-credentials.json" && Path.GetExtension(path) is not (".tmp" or ".lock" or ""))
            .ToArray();

        Assert.Contains(files, path => path.Contains("apikey", StringComparison.Ordinal));
        foreach (var path in files)
        {
            var content = await ReadShared(path);
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, content, StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task A_refusal_is_a_gRPC_status_and_on_HTTP_a_401()
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri(_platform.GrpcAddress, "/transformer2.v1.ClusterService/GetModel"));
        request.Version = new(2, 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Content = new ByteArrayContent([0, 0, 0, 0, 0]);
        request.Content.Headers.ContentType = new("application/grpc");
        using var grpc = await client.SendAsync(request, TestContext.Current.CancellationToken);
        using var http = await client.GetAsync(
            new Uri(_platform.HttpAddress, "/transformer2.v1.ClusterService/GetModel"), TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)grpc.StatusCode);
        Assert.Equal("16", Assert.Single(grpc.Headers.GetValues("grpc-status")));
        Assert.Equal(
            "Send an API key as 'authorization: Bearer KEY' or 'x-api-key: KEY'.", Assert.Single(grpc.Headers.GetValues("grpc-message")));
        Assert.Equal(401, (int)http.StatusCode);
    }

    // Grain states may be replaced while they are read.
    private static async Task<string> ReadShared(string path)
    {
        try
        {
            return await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }
}
