using Google.Protobuf;
using Grpc.Core;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

public sealed class RestartTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tenants_keys_and_experts_survive_a_kill()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        Expert kept, last;
        string key, revoked;
        int[] answer;
        byte[] file;
        DevCredentials credentials;
        await using (var server = await ServerProcess.StartAsync(data, platform.Model))
        {
            using var tenant = await TestTenant.CreateAsync(server, "one");
            (key, credentials, file) = (tenant.Key, server.Credentials, await tenant.ExpertFileAsync(1));
            await tenant.UploadAsync("gone", 2);
            await tenant.Client.Experts.DeleteAsync("gone", cancellationToken: Token);
            kept = await tenant.UploadAsync("kept", 1);
            answer = await tenant.AnswerAsync("the same", Select.Expert("kept"));
            using var admin = server.Admin();
            var second = await admin.Tenants.CreateKeyAsync("one", cancellationToken: Token);
            revoked = second.Secret;
            await admin.Tenants.RevokeKeyAsync(second.ApiKey.Name, Token);
            last = await tenant.UploadAsync("last", 3); // acknowledged in the last moment
            await server.KillAsync();
        }

        await using (var server = await ServerProcess.StartAsync(data, platform.Model))
        {
            Assert.Equal(credentials, server.Credentials);
            using var admin = server.Admin();
            Assert.Equal(["demo", "one"], (await admin.Tenants.ListAsync(cancellationToken: Token).ToListAsync(Token)).Select(tenant => tenant.TenantId));
            using var client = server.Client(key);
            Assert.Equal([kept, last], await client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token));
            using var copy = new MemoryStream();
            await client.Experts.DownloadAsync("kept", copy, cancellationToken: Token);
            Assert.Equal(file, copy.ToArray());
            var again = await client.GenerateAsync(
                new GenerateRequest { Prompt = "the same", Selection = Select.Expert("kept"), MaxTokens = 24 }, Token).ToListAsync(Token);
            Assert.Equal(answer, again.SelectMany(message => message.Delta?.TokenIds ?? []));
            using var dead = server.Client(revoked);
            await Refusal.Expect(StatusCode.Unauthenticated, "API_KEY_INVALID", () => dead.GetModelAsync(Token));
        }
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_an_upload_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        string key;
        string[] before;
        await using (var server = await ServerProcess.StartAsync(data, platform.Model))
        {
            using var tenant = await TestTenant.CreateAsync(server, "one");
            key = tenant.Key;
            before = ExpertFilesBelow(data);
            using var channel = server.Channel();
            using var call = new ExpertService.ExpertServiceClient(channel)
                .UploadExpert(new Metadata { { "x-api-key", key } }, cancellationToken: Token);
            var file = await tenant.ExpertFileAsync(1);
            await call.RequestStream.WriteAsync(
                new UploadExpertRequest { Metadata = new UploadExpertMetadata { ExpertId = "half", SizeBytes = file.Length } }, Token);
            await call.RequestStream.WriteAsync(new UploadExpertRequest { Chunk = ByteString.CopyFrom(file, 0, file.Length / 2) }, Token);
            await tenant.Client.GetModelAsync(Token); // a round trip: the server has had time to read
            await server.KillAsync();
        }

        await using (var server = await ServerProcess.StartAsync(data, platform.Model))
        {
            using var client = server.Client(key);
            Assert.Empty(await client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token));
            Assert.Equal(before, ExpertFilesBelow(data));
        }
    }

    [Fact]
    public async Task A_second_server_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        var (code, log) = await ServerProcess.StartRefusedAsync(platform.Server.DataDirectory, platform.Model);

        Assert.NotEqual(0, code);
        Assert.Contains("in use", log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
        using var client = platform.Server.Client();
        await client.GetModelAsync(Token);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_said_in_one_line()
    {
        using var folder = new TemporaryFolder();

        var (code, log) = await ServerProcess.StartRefusedAsync(folder.File("data"), folder.File("no-model"));

        Assert.NotEqual(0, code);
        Assert.Contains("no-model", log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    private static string[] ExpertFilesBelow(string data) =>
        Directory.Exists(Path.Combine(data, "experts"))
            ? [.. Directory.GetFiles(Path.Combine(data, "experts"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [];
}
