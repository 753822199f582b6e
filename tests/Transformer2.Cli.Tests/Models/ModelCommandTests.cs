namespace Transformer2.Cli.Tests;

public sealed class ModelCommandTests
{
    [Fact]
    public async Task Show_tells_what_an_expert_file_must_hold()
    {
        await using var platform = await FakePlatform.StartAsync();

        var json = await CliRun.On(platform, "model", "show", "--output-format", "json");
        Assert.Equal("5000000000", json.Json.GetProperty("parameter_count").GetString());
        Assert.Equal(192, json.Json.GetProperty("matrices")[0].GetProperty("rank").GetInt32());
        Assert.Contains("model.layers.0.mlp.up_proj.weight  192", (await CliRun.On(platform, "model", "show")).Output, StringComparison.Ordinal);
    }
}
