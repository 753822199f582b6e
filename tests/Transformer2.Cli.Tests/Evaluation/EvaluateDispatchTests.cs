using System.Text.Json;
using System.Xml.Linq;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Automatic dispatch measured with a tiny random model, which knows nothing.</summary>
[Collection(TorchThreads.Collection)]
public sealed class EvaluateDispatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public EvaluateDispatchTests()
    {
        _model = TinyModelFolder.Write(_folder.File("model"), contextLength: 512);
        Directory.CreateDirectory(_folder.File("experts"));
        foreach (var (seed, name) in ((string[])["math", "code", "classifier"]).Index()) WriteExpert(Path.Combine("experts", $"{name}.safetensors"), seed + 1);
    }

    private string Classifier => _folder.File("experts/classifier.safetensors");

    [Fact]
    public async Task Every_question_is_dispatched_by_every_strategy_and_answered_by_everyone()
    {
        var run = await Run("--experts-directory", _folder.File("experts"), "--questions", "2", "--chart", _folder.File("chart.svg"), "--output-format", "json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(["math", "code"], run.Json.GetProperty("experts").EnumerateArray().Select(expert => expert.GetProperty("category").GetString()));
        Assert.Equal(["prompt", "prompt, uncalibrated", "classifier"], Names(run.Json, "dispatch", "strategy"));
        foreach (var strategy in run.Json.GetProperty("dispatch").EnumerateArray())
        {
            var rows = strategy.GetProperty("categories").EnumerateArray().ToArray();
            Assert.Equal(["math", "code", "reasoning", "other"], rows.Select(row => row.GetProperty("category").GetString()));
            Assert.Equal([8, 10, 8, 8], rows.Select(row => row.GetProperty("given").EnumerateArray().Sum(count => count.GetInt32())));
            Assert.Equal((26, 8, 34), (N(strategy, "trained"), N(strategy, "unseen"), N(strategy, "all")));
            var right = rows.Select((row, place) => row.GetProperty("given")[place].GetInt32()).Sum();
            Assert.Equal(right, strategy.GetProperty("all").GetProperty("right").GetInt32());
        }

        Assert.Equal(
            ["base", "math expert for all", "code expert for all", "auto by prompt", "auto by prompt, uncalibrated", "auto by classifier", "soft by classifier", "oracle choice"],
            Names(run.Json, "methods", "name"));
        Assert.Equal(4, run.Json.GetProperty("ratios").GetArrayLength());
        Assert.Equal("svg", XDocument.Load(_folder.File("chart.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task An_expert_can_be_named_for_its_category()
    {
        WriteExpert("any name.safetensors", 5);
        var run = await Run("--experts-directory", _folder.File("experts"), "--expert", $"math={_folder.File("any name.safetensors")}", "--questions", "1", "--split", "validation");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("Strategy classifier", run.Output, StringComparison.Ordinal);
        Assert.Contains("ACCURACY / ORACLE CHOICE", run.Output, StringComparison.Ordinal);
        Assert.Contains("split validation, seed 1", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "There is no expert")]
    [InlineData(2, "is not category=file", "--expert", "physics=x")]
    [InlineData(2, "is not category=file", "--expert", "math")]
    [InlineData(2, "is not category=file", "--expert", "math=")]
    [InlineData(2, "--questions must be between", "--expert", "math=x", "--questions", "0")]
    [InlineData(2, "--split: 'all' is not", "--expert", "math=x", "--split", "all")]
    [InlineData(2, "--chart", "--expert", "math=x", "--chart", "/no/such/folder/x.svg")]
    [InlineData(4, "no such file", "--expert", "math=no such file")]
    [InlineData(4, "There is no folder", "--experts-directory", "/no/such/folder")]
    public async Task What_cannot_be_measured_is_refused_in_one_line(int exitCode, string message, params string[] options)
    {
        var run = await Run(options);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Categories_are_those_of_the_platforms_policy()
    {
        var policy = Abstractions.DispatchPolicies.Default.Categories!.Value;
        var ours = CorpusCategories.Of(_ => true);
        Assert.Equal(policy.Select(category => (category.Name, category.Description)), ours.Select(category => (category.Name, category.Description)));
    }

    public void Dispose() => _folder.Dispose();

    private static int N(JsonElement strategy, string part) => strategy.GetProperty(part).GetProperty("n").GetInt32();

    private static IEnumerable<string?> Names(JsonElement report, string list, string name) =>
        report.GetProperty(list).EnumerateArray().Select(entry => entry.GetProperty(name).GetString());

    private Task<CliRun> Run(params string[] options) => CliRun.Async(["evaluate", "dispatch", "--model", _model, "--classifier", Classifier, .. options]);

    private void WriteExpert(string file, int seed) => SafetensorsWriter.Write(
        _folder.File(file), TinyModelFolder.Expert(seed).Multipliers.Select(entry => TensorData.Of(entry.Key + ".z", entry.Value.ToArray())));
}
