using System.ComponentModel;
using System.Diagnostics;
using Grpc.Core;
using Transformer2.TestKit;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>The example client in another language, made from the protos alone.</summary>
public sealed class NodeClientTests(PlatformFixture platform)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_uploads_lists_generates_streams_and_cancels()
    {
        var example = await RequireAsync();
        using var folder = new TemporaryFolder();
        using var tenant = await platform.NewTenantAsync();
        await File.WriteAllBytesAsync(folder.File("e.safetensors"), await tenant.ExpertFileAsync(9), Token);

        Assert.Equal((0, $"tenants/{tenant.Id}/experts/from-node\n"), await RunAsync(example, tenant.Key, "upload", folder.File("e.safetensors"), "from-node"));
        var expert = await tenant.Client.Experts.GetAsync("from-node", Token);
        Assert.Equal((0, $"from-node\t{expert.Digest}\n"), await RunAsync(example, tenant.Key, "list"));

        var events = await tenant.EventsAsync(new GenerateRequest
        {
            Messages = new ChatMessages { Messages = { new ChatMessage { Role = "user", Content = "hello" } } },
            Selection = Select.Expert("from-node"),
        });
        var text = string.Concat(events.Select(message => message.Delta?.Text));
        Assert.Equal((0, $"{text}\n[FINISH_REASON_LENGTH, 128 tokens]\n"), await RunAsync(example, tenant.Key, "generate", "hello", "from-node"));

        Assert.Equal((0, "cancelled\n"), await RunAsync(example, tenant.Key, "cancel", "hello"));
    }

    [Fact]
    public async Task It_shows_a_refusal_as_it_was_written()
    {
        var example = await RequireAsync();
        using var client = platform.Server.Client("t2_wrong");
        var refused = await Refusal.Expect(StatusCode.Unauthenticated, "API_KEY_INVALID", () => client.GetModelAsync(Token));

        Assert.Equal((1, $"UNAUTHENTICATED: {refused.Message}\n"), await RunAsync(example, "t2_wrong", "list"));
    }

    private static async Task<string> RequireAsync()
    {
        var example = Path.Combine(Programs.RepositoryRoot, "examples", "node");
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(example, "node_modules", "@grpc", "grpc-js")), "Run 'npm install' in examples/node to have this tested.");
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            await node.WaitForExitAsync(Token);
        }
        catch (Win32Exception)
        {
            Assert.Skip("There is no node.");
        }

        return example;
    }

    private async Task<(int ExitCode, string Output)> RunAsync(string example, string key, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo("node", ["t2.mjs", .. args])
        {
            WorkingDirectory = example,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["T2_ADDRESS"] = platform.Server.Grpc.Authority, ["T2_API_KEY"] = key },
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output + await error);
    }
}
