using System.Text.Json;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>The whole way from files to logits, against the golden data.</summary>
[Collection(TorchThreads.Collection)]
public sealed class LogitsTests
{
    // Of the golden data, for a float64 decomposition.
    private const float Tolerance = 5e-4f;

    [Theory]
    [InlineData("llama-tied")]
    [InlineData("llama-untied-rope3")]
    [InlineData("llama-bf16-sharded")]
    public async Task The_base_models_logits_are_right(string model)
    {
        using var golden = SafetensorsFile.Open(SharedFiles.Path($"oracles/forward/{model}/expected.safetensors"));

        Compare(golden, "logits", await LogitsAsync(model, golden));
    }

    [Theory]
    [InlineData("llama-untied-rope3", "mlp", "plain")]
    [InlineData("llama-untied-rope3", "all", "renorm")]
    [InlineData("llama-bf16-sharded", "all", "plain")]
    public async Task Experts_and_mixtures_give_the_right_logits(string model, string set, string mode)
    {
        using var inputs = SafetensorsFile.Open(SharedFiles.Path($"oracles/svf/{model}/inputs.safetensors"));
        using var golden = SafetensorsFile.Open(SharedFiles.Path($"oracles/svf/{model}/expected.safetensors"));
        using var folder = new TemporaryFolder();
        var alpha = inputs.ReadSingles("alpha");
        string[] files = [WriteExpert(inputs, folder, "z1", set), WriteExpert(inputs, folder, "z2", set)];
        string[] compose = ["--compose", mode == "renorm" ? "renormalized" : "plain"];

        Compare(golden, $"logits.z1.{set}.{mode}", await LogitsAsync(model, inputs, ["--expert", files[0], .. compose]));
        Compare(
            golden,
            $"logits.mix.{set}.{mode}",
            await LogitsAsync(model, inputs, ["--expert", $"{files[0]}={alpha[0]:R}", "--expert", $"{files[1]}={alpha[1]:R}", .. compose]));
    }

    [Fact]
    public async Task An_expert_of_another_model_is_refused_and_nothing_is_written()
    {
        using var inputs = SafetensorsFile.Open(SharedFiles.Path("oracles/svf/llama-bf16-sharded/inputs.safetensors"));
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("tokens.json"), """{"input_ids": [[1]]}""", TestContext.Current.CancellationToken);
        var foreign = WriteExpert(inputs, folder, "z1", "all");

        var run = await CliRun.Async(
            "model", "logits", "--model", SharedFiles.Path("oracles/forward/llama-tied"), "--tokens", folder.File("tokens.json"),
            "--expert", foreign, "--output", folder.File("out"));

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    private static async Task<float[]> LogitsAsync(string model, SafetensorsFile inputs, params string[] options)
    {
        using var folder = new TemporaryFolder();
        var length = (int)inputs.Tensors["input_ids"].Shape[1];
        var rows = inputs.ReadInt64s("input_ids").Chunk(length);
        await File.WriteAllTextAsync(
            folder.File("tokens.json"), JsonSerializer.Serialize(new { input_ids = rows }), TestContext.Current.CancellationToken);
        var run = await CliRun.Async([
            "model", "logits", "--model", SharedFiles.Path($"oracles/forward/{model}"), "--tokens", folder.File("tokens.json"),
            "--output", folder.File("out.safetensors"), .. options]);
        Assert.True(run.ExitCode == 0, run.Error);
        using var output = SafetensorsFile.Open(folder.File("out.safetensors"));
        return output.ReadSingles("logits");
    }

    private static string WriteExpert(SafetensorsFile inputs, TemporaryFolder folder, string z, string set)
    {
        var path = folder.File($"{z}.safetensors");
        SafetensorsWriter.Write(path, inputs.Tensors.Keys
            .Where(name => name.StartsWith(z + ".", StringComparison.Ordinal) && (set == "all" || name.Contains("mlp", StringComparison.Ordinal)))
            .Select(name => TensorData.Of($"{name[(z.Length + 1)..]}.z", inputs.ReadSingles(name))));
        return path;
    }

    private static void Compare(SafetensorsFile golden, string name, float[] got)
    {
        var expected = golden.ReadSingles(name);
        Assert.Equal(expected.Length, got.Length);
        Assert.True(expected.Zip(got).All(pair => Math.Abs(pair.First - pair.Second) <= Tolerance), name);
    }
}
