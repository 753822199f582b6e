using System.Diagnostics;
using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.EndToEnd.Tests;

/// <summary>The program <c>t2</c> against a real server, with nothing but its data directory to go by.</summary>
public sealed class CliTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_development_keys_are_enough_to_try_everything()
    {
        using var folder = new TemporaryFolder();
        using var tenant = await platform.NewTenantAsync();
        await File.WriteAllBytesAsync(folder.File("e.safetensors"), await tenant.ExpertFileAsync(6), Token);

        Assert.Contains("tiny", await RunAsync("model", "show"), StringComparison.Ordinal);
        await RunAsync("expert", "upload", folder.File("e.safetensors"), "--id", "from-cli");
        Assert.Contains("from-cli", await RunAsync("expert", "list"), StringComparison.Ordinal);
        var lines = (await RunAsync("generate", "hello", "--expert", "from-cli", "--max-tokens", "5", "--output-format", "json"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            "tenants/demo/experts/from-cli",
            JsonDocument.Parse(lines[0]).RootElement.GetProperty("dispatched").GetProperty("experts")[0].GetProperty("name").GetString());
        Assert.Equal(
            5, JsonDocument.Parse(lines[^1]).RootElement.GetProperty("completed").GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        await RunAsync("expert", "download", "from-cli", "--output", folder.File("copy"));
        Assert.Equal(File.ReadAllBytes(folder.File("e.safetensors")), File.ReadAllBytes(folder.File("copy")));
        await RunAsync("expert", "delete", "from-cli");
        Assert.Contains("demo", await RunAsync("tenant", "list"), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(params string[] args)
    {
        var start = Programs.Cli(args);
        start.Environment["T2_SERVER"] = platform.Server.Grpc.ToString();
        start.Environment["T2__DataDirectory"] = platform.Server.DataDirectory;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == 0, $"t2 {string.Join(' ', args)}: {await error}");
        return await output;
    }
}
