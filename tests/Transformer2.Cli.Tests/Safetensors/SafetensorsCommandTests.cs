using System.Text.Json;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

public sealed class SafetensorsCommandTests
{
    [Fact]
    public async Task Every_file_gets_the_official_verdict()
    {
        var folder = SharedFiles.Path("oracles/safetensors");
        using var verdicts = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "verdicts.json"), TestContext.Current.CancellationToken));
        foreach (var verdict in verdicts.RootElement.EnumerateObject())
        {
            var run = await CliRun.Async("safetensors", Path.Combine(folder, verdict.Name + ".safetensors"), "--output-format", "json");

            var accepted = run.Json.GetProperty("accepted").GetBoolean();
            Assert.Equal((accepted ? 0 : 3, ""), (run.ExitCode, run.Error));
            Assert.Equal(accepted, run.Json.GetProperty("reason").ValueKind == JsonValueKind.Null);
            var must = verdict.Value.GetProperty("must").GetString();
            Assert.True(must == "either" || accepted == (must == "accept"), verdict.Name);

            if (accepted && verdict.Value.TryGetProperty("tensors", out var tensors))
            {
                Assert.Equal(
                    tensors.EnumerateObject().Select(tensor => (tensor.Name, tensor.Value.GetProperty("dtype").GetString(), Compact(tensor.Value.GetProperty("shape")))).Order(),
                    run.Json.GetProperty("tensors").EnumerateArray()
                        .Select(tensor => (tensor.GetProperty("name").GetString()!, tensor.GetProperty("dtype").GetString(), Compact(tensor.GetProperty("shape")))).Order());
            }
        }
    }

    [Fact]
    public async Task A_fault_is_located()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("f"), [2, 0, 0, 0, 0, 0, 0, 0, .. "{]"u8], TestContext.Current.CancellationToken);

        var run = await CliRun.Async("safetensors", folder.File("f"));

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("refused  HEADER_FORMAT: ", run.Output, StringComparison.Ordinal);
        Assert.Equal(9, (await CliRun.Async("safetensors", folder.File("f"), "--output-format", "json")).Json.GetProperty("position").GetInt32());
        Assert.Equal(4, (await CliRun.Async("safetensors", folder.File("none"))).ExitCode);
        Assert.Equal(3, (await CliRun.Async("safetensors", folder.Path)).ExitCode);
    }

    private static string Compact(JsonElement list) => string.Join(',', list.EnumerateArray());
}
