using Transformer2.TestKit;

namespace Transformer2.EndToEnd.Tests;

public sealed class SecretTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_credentials_file_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Needs file modes.");
            return;
        }

        var path = Path.Combine(platform.Server.DataDirectory, DevCredentials.FileName);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal("demo", platform.Server.Credentials.Tenant);
        using var client = platform.Server.Client();
        await client.Experts.ListAsync(cancellationToken: Token).ToListAsync(Token);
    }

    [Fact]
    public async Task No_secret_is_in_the_log_or_elsewhere_on_disk()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(
            folder.File("data"), platform.Model);
        using var tenant = await TestTenant.CreateAsync(server, "one");
        await tenant.UploadAsync("one", 1);
        await tenant.AnswerAsync("a prompt that nobody else reads", Select.Expert("one"), maxTokens: 2);
        using (var stranger = server.Client(tenant.Key + "x"))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => stranger.GetModelAsync(Token));
        }

        var credentials = server.Credentials;
        server.Terminate();
        await server.WaitForExitAsync();

        foreach (var secret in new[] { tenant.Key, credentials.TenantKey, credentials.AdminKey })
        {
            // t2_KEYID_SECRET_CHECKSUM: the first two parts name the key and are no secret.
            var hidden = secret.Split('_')[2];
            Assert.True(hidden.Length >= 32);
            Assert.DoesNotContain(hidden, server.Log, StringComparison.Ordinal);
            foreach (var path in Directory.GetFiles(server.DataDirectory, "*", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) != DevCredentials.FileName))
            {
                Assert.True(
                    File.ReadAllBytes(path).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(hidden)) < 0, $"A secret is in {path}.");
            }
        }

        Assert.DoesNotContain("nobody else reads", server.Log, StringComparison.Ordinal);
    }
}
