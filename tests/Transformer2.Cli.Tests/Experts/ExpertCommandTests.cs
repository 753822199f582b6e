using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

public sealed class ExpertCommandTests
{
    [Fact]
    public async Task An_expert_goes_up_is_listed_comes_down_and_goes()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var folder = new TemporaryFolder();
        var (source, copy) = (folder.File("a.safetensors"), folder.File("b.safetensors"));
        WriteExpert(source);

        var uploaded = await CliRun.On(
            platform, "expert", "upload", source, "--id", "math", "--display-name", "Sums", "--overwrite", "--output-format", "json");
        Assert.Equal((0, ""), (uploaded.ExitCode, uploaded.Error));
        Assert.Equal("tenants/demo/experts/math", uploaded.Json.GetProperty("name").GetString());
        Assert.Equal(("Sums", true), (platform.Experts.Metadata!.DisplayName, platform.Experts.Metadata.Overwrite));

        var listed = await CliRun.On(platform, "expert", "list", "--output-format", "json");
        Assert.Equal("math", listed.Json.GetProperty("experts")[0].GetProperty("expert_id").GetString());
        Assert.Contains("math  Sums", (await CliRun.On(platform, "expert", "list")).Output, StringComparison.Ordinal);
        Assert.Contains("tenants/demo/experts/math", (await CliRun.On(platform, "expert", "show", "math")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await CliRun.On(platform, "expert", "download", "math", "--output", copy)).ExitCode);
        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(copy));

        var deleted = await CliRun.On(platform, "expert", "delete", "math", "--output-format", "json");
        Assert.Equal((0, "math"), (deleted.ExitCode, deleted.Json.GetProperty("id").GetString()));
        Assert.Equal(4, (await CliRun.On(platform, "expert", "show", "math")).ExitCode);
        Assert.Equal("[]", (await CliRun.On(platform, "expert", "list", "--output-format", "json")).Json.GetProperty("experts").ToString());
    }

    [Fact]
    public async Task A_download_that_fails_leaves_the_old_file_and_no_other()
    {
        await using var platform = await FakePlatform.StartAsync();
        platform.Experts.Put("math", new byte[5000]);
        platform.Experts.Corrupts = true;
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("e"), "old", TestContext.Current.CancellationToken);

        var run = await CliRun.On(platform, "expert", "download", "math", "--output", folder.File("e"));

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("old", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(folder.Path)), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Inspecting_needs_no_server()
    {
        using var folder = new TemporaryFolder();
        WriteExpert(folder.File("e"));

        var run = await CliRun.Async("expert", "inspect", folder.File("e"), "--output-format", "json");

        Assert.Equal((0, true), (run.ExitCode, run.Json.GetProperty("accepted").GetBoolean()));
        Assert.Equal(4, run.Json.GetProperty("parameter_count").GetInt32());
        var matrix = run.Json.GetProperty("matrices")[0];
        Assert.Equal(("up", 4, 1.5), (matrix.GetProperty("matrix").GetString(), matrix.GetProperty("rank").GetInt32(), matrix.GetProperty("max").GetDouble()));
        Assert.Contains("t2.task           math", (await CliRun.Async("expert", "inspect", folder.File("e"))).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "TOO_SHORT")]
    [InlineData(new byte[] { 0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0 }, "UNSUPPORTED_FORMAT")]
    public async Task A_file_that_is_no_expert_ends_with_3_and_its_reason(byte[] content, string reason)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(folder.File("e"), content, TestContext.Current.CancellationToken);

        var run = await CliRun.Async("expert", "inspect", folder.File("e"));

        Assert.Equal((3, ""), (run.ExitCode, run.Error));
        Assert.StartsWith($"refused  {reason}: ", run.Output, StringComparison.Ordinal);
        var json = (await CliRun.Async("expert", "inspect", folder.File("e"), "--output-format", "json")).Json;
        Assert.Equal((false, reason), (json.GetProperty("accepted").GetBoolean(), json.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task A_file_that_an_upload_would_refuse_is_described_all_the_same()
    {
        using var folder = new TemporaryFolder();
        ExpertFile.Write(folder.File("e"), new ExpertVector([KeyValuePair.Create<string, float[]>("up", [1, 2])]), new ExpertMetadata());

        var run = await CliRun.Async("expert", "inspect", folder.File("e"), "--output-format", "json");

        Assert.Equal((3, "METADATA_MISSING"), (run.ExitCode, run.Json.GetProperty("reason").GetString()));
        Assert.Equal(2, run.Json.GetProperty("parameter_count").GetInt32());
    }

    [Fact]
    public async Task A_file_is_judged_against_its_base_model()
    {
        using var folder = new TemporaryFolder();
        WriteExpert(folder.File("e"));
        var model = SharedFiles.Path("oracles/forward/llama-tied");

        var run = await CliRun.Async("expert", "inspect", folder.File("e"), "--model", model, "--output-format", "json");

        Assert.Equal((3, "BASE_MISMATCH"), (run.ExitCode, run.Json.GetProperty("reason").GetString()));
        Assert.Equal(4, (await CliRun.Async("expert", "inspect", folder.File("e"), "--model", folder.File("none"))).ExitCode);
    }

    [Fact]
    public async Task A_file_without_an_end_is_not_read_to_it()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "Needs /dev/zero.");

        var run = await CliRun.Async("expert", "inspect", "/dev/zero");

        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith("refused  TOO_LARGE: ", run.Output, StringComparison.Ordinal);
    }

    private static void WriteExpert(string path) => ExpertFile.Write(
        path,
        new ExpertVector([KeyValuePair.Create<string, float[]>("up", [1, 0.5f, 1.5f, 1])]),
        new ExpertMetadata { BaseModel = "sha256:a", Decomposition = "sha256:b", Task = "math" });
}
