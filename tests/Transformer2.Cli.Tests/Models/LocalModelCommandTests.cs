using System.Text.Json;
using System.Xml.Linq;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Commands that look at a local model: info, energy, decompose, and the options of logits.</summary>
[Collection(TorchThreads.Collection)]
public sealed class LocalModelCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public LocalModelCommandTests() => _model = TinyModelFolder.Write(_folder.File("model"));

    [Fact]
    public async Task Info_describes_the_model_and_the_sizes_of_experts()
    {
        var info = (await CliRun.Async("model", "info", _model, "--output-format", "json")).Json;

        Assert.Equal("LlamaForCausalLM", info.GetProperty("architecture").GetString());
        Assert.Equal(2, info.GetProperty("layers").GetInt32());
        Assert.Equal(128, info.GetProperty("context_length").GetInt32());
        Assert.Equal("F32", info.GetProperty("weights")[0].GetProperty("dtype").GetString());
        Assert.Equal(info.GetProperty("parameter_count").GetInt64() * 4, info.GetProperty("weights")[0].GetProperty("bytes").GetInt64());
        Assert.Equal(new FileInfo(Path.Combine(_model, "model.safetensors")).Length, info.GetProperty("files")[0].GetProperty("bytes").GetInt64());
        Assert.All(["base_fingerprint", "decomposition_fingerprint"], name => Assert.True(Fingerprint.IsWellFormed(info.GetProperty(name).GetString())));
        var all = TinyModelFolder.Ranks;
        AssertSize(info.GetProperty("svf")[0], "mlp", [.. all.Where(entry => entry.Key.Contains("mlp", StringComparison.Ordinal)).Select(entry => entry.Value)]);
        AssertSize(info.GetProperty("svf")[1], "attention", [.. all.Where(entry => entry.Key.Contains("attn", StringComparison.Ordinal)).Select(entry => entry.Value)]);
        AssertSize(info.GetProperty("svf")[2], "all", [.. all.Values]);
        Assert.Contains("LlamaForCausalLM", (await CliRun.Async("model", "info", _model)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such folder", null, 4, "There is no folder")]
    [InlineData("config.json", null, 4, "config.json")]
    [InlineData("model.safetensors", null, 4, "has neither")]
    [InlineData("config.json", "{\"model_type\":\"gpt2\"}", 3, "gpt2")]
    [InlineData("config.json", "not json", 3, "config.json")]
    [InlineData("model.safetensors", "12345678", 3, "header")]
    public async Task Info_says_what_is_wrong(string file, string? content, int exitCode, string message)
    {
        if (content is null)
        {
            File.Delete(Path.Combine(_model, file));
        }
        else
        {
            await File.WriteAllTextAsync(Path.Combine(_model, file), content, TestContext.Current.CancellationToken);
        }

        var run = await CliRun.Async("model", "info", file.Contains(' ', StringComparison.Ordinal) ? _folder.File(file) : _model);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Info_lists_every_tensor_that_does_not_fit()
    {
        SafetensorsWriter.Write(Path.Combine(_model, "model.safetensors"), [TensorData.Of("model.norm.weight", new float[3]), TensorData.Of("more", new float[1])]);
        var run = await CliRun.Async("model", "info", _model);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("model.norm.weight has shape [3], not [32]", run.Error, StringComparison.Ordinal);
        Assert.Contains("model.embed_tokens.weight is missing", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Energy_rises_with_the_rank_to_all_of_it()
    {
        var json = (await CliRun.Async("model", "energy", _model, "--chart", _folder.File("chart.svg"), "--output-format", "json")).Json;

        Assert.Equal(7, json.GetProperty("kinds").GetArrayLength());
        Assert.Equal(14, json.GetProperty("matrices").GetArrayLength());
        foreach (var kind in json.GetProperty("kinds").EnumerateArray())
        {
            foreach (var share in (string[])["energy", "nuclear"])
            {
                var shares = kind.GetProperty("points").EnumerateArray().Select(point => point.GetProperty(share).GetDouble()).ToArray();
                Assert.Equal(shares.Order(), shares);
                Assert.InRange(shares[0], 1.0 / 32, 0.99);
                Assert.Equal(1, shares[^1], 1e-9);
            }
        }

        Assert.Contains("kinds", json.ToString(), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Load(_folder.File("chart.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Energy_of_a_choice_has_a_table_with_that_choice()
    {
        var run = await CliRun.Async("model", "energy", _model, "--modules", "mlp", "--layers", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("gate_proj  32", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("q_proj", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decompose_goes_on_where_an_earlier_one_ended()
    {
        Assert.Equal((3, 3), await DecomposeAsync("--modules", "mlp", "--layers", "0"));
        Assert.Equal((14, 11), await DecomposeAsync("--parallel", "2"));
        Assert.Equal((7, 0), await DecomposeAsync("--layers", "1"));
    }

    [Theory]
    [InlineData(2, "--layers", "0-")]
    [InlineData(2, "--layers", "1-0")]
    [InlineData(2, "--layers", "x")]
    [InlineData(2, "--layers", "-1")]
    [InlineData(2, "--modules", "embeddings")]
    [InlineData(2, "--parallel", "0")]
    [InlineData(3, "--layers", "2")]
    [InlineData(3, "--layers", "0-2000000000")]
    public async Task A_choice_that_the_model_does_not_have_is_refused(int exitCode, string option, string value) =>
        Assert.Equal(exitCode, (await CliRun.Async("model", "decompose", _model, "--cache", _folder.File("cache"), option, value)).ExitCode);

    [Fact]
    public async Task Logits_are_computed_in_the_number_type_asked_for()
    {
        var whole = await LogitsAsync();
        var half = await LogitsAsync("--dtype", "bfloat16");
        var differences = whole.Zip(half, (a, b) => Math.Abs(a - b)).ToArray();
        Assert.InRange(differences.Max(), 1e-5, 0.2);
        Assert.Equal(whole, await LogitsAsync("--dtype", "float32", "--device", "cpu"));
    }

    [Theory]
    [InlineData("--dtype", "int8")]
    [InlineData("--device", "tpu")]
    [InlineData("--device", "cuda:77")]
    public async Task A_number_type_or_device_that_is_not_here_is_wrong_usage(string option, string value)
    {
        var run = await RunLogitsAsync(option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertSize(JsonElement size, string modules, int[] ranks)
    {
        Assert.Equal(modules, size.GetProperty("modules").GetString());
        Assert.Equal(ranks.Length, size.GetProperty("matrices").GetInt32());
        Assert.Equal(ranks.Sum(), size.GetProperty("multipliers").GetInt32());
        Assert.Equal(ranks.Sum() * 4, size.GetProperty("bytes").GetInt32());
    }

    private async Task<(int Matrices, int Computed)> DecomposeAsync(params string[] options)
    {
        var json = (await CliRun.Async(["model", "decompose", _model, "--cache", _folder.File("cache"), "--output-format", "json", .. options])).Json;
        return (json.GetProperty("matrices").GetInt32(), json.GetProperty("computed").GetInt32());
    }

    private async Task<float[]> LogitsAsync(params string[] options)
    {
        var run = await RunLogitsAsync(options);
        Assert.True(run.ExitCode == 0, run.Error);
        using var file = SafetensorsFile.Open(_folder.File("logits.safetensors"));
        return file.ReadSingles("logits");
    }

    private async Task<CliRun> RunLogitsAsync(params string[] options)
    {
        await File.WriteAllTextAsync(_folder.File("tokens.json"), """{"input_ids": [[5, 6, 7, 8]]}""", TestContext.Current.CancellationToken);
        var expert = ExpertPath();
        return await CliRun.Async([
            "model", "logits", "--model", _model, "--tokens", _folder.File("tokens.json"), "--output", _folder.File("logits.safetensors"), "--expert", expert, .. options]);
    }

    private string ExpertPath()
    {
        var path = _folder.File("expert.safetensors");
        SafetensorsWriter.Write(path, TinyModelFolder.Expert(1, all: true).Multipliers.Select(entry => TensorData.Of(entry.Key + ".z", entry.Value.ToArray())));
        return path;
    }
}
