using System.Xml.Linq;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Few-shot mixtures of random experts for a tiny random model.</summary>
[Collection(TorchThreads.Collection)]
public sealed class EvaluateFewShotTests : IDisposable
{
    private static readonly string[] Graded = ["base", "best expert", "uniform", "random shooting", "cem", "cem (parity)"];

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public EvaluateFewShotTests()
    {
        _model = TinyModelFolder.Write(_folder.File("model"), contextLength: 512);
        foreach (var seed in (int[])[1, 2])
        {
            SafetensorsWriter.Write(
                _folder.File($"{seed}.safetensors"), TinyModelFolder.Expert(seed).Multipliers.Select(entry => TensorData.Of(entry.Key + ".z", entry.Value.ToArray())));
        }

        File.WriteAllLines(_folder.File("examples.jsonl"), ["""{"prompt": "a", "answer": "1"}""", "", """{"prompt": "b", "answer": "2"}""", """{"prompt": "c", "answer": "3"}"""]);
        var ids = Enumerable.Range(0, 4 * 6).Select(i => (long)(i * 7 % 256)).ToArray();
        SafetensorsWriter.Write(_folder.File("ids.safetensors"), [
            new TensorData("rows", SafetensorsDType.I64, [4, 6], stream => stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(ids))), TensorData.Of("singles", new float[4])]);
    }

    [Fact]
    public async Task Mixtures_are_searched_with_examples_of_a_file_and_measured_with_the_others()
    {
        var run = await Run("--examples", _folder.File("examples.jsonl"), "--shots", "1,2", "--seeds", "2", "--per-matrix", "--chart", _folder.File("chart.svg"), "--output-format", "json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("expert and matrix", run.Json.GetProperty("weights").GetString());
        var rows = run.Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal([(1, 2), (2, 1)], rows.Select(row => (row.GetProperty("shots").GetInt32(), row.GetProperty("tests").GetInt32())));
        foreach (var methods in rows.Select(row => row.GetProperty("methods").EnumerateArray().ToArray()))
        {
            Assert.Equal(Graded, methods.Select(method => method.GetProperty("name").GetString()));
            Assert.All(methods, method =>
            {
                Assert.InRange(method.GetProperty("accuracy").GetProperty("value").GetDouble(), 0, 1);
                Assert.InRange(
                    method.GetProperty("log_likelihood").GetDouble(),
                    method.GetProperty("lowest_log_likelihood").GetDouble(),
                    method.GetProperty("highest_log_likelihood").GetDouble());
            });
        }

        Assert.Equal("svg", XDocument.Load(_folder.File("chart.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Sequences_are_more_or_less_probable_and_never_right()
    {
        var run = await Run("--sequences", _folder.File("ids.safetensors"), "--tensor", "rows", "--shots", "3", "--seeds", "1");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.StartsWith("LOG-LIKELIHOOD", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ACCURACY", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("PARITY", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_file_the_corpus_has_the_tasks()
    {
        var run = await Run("--questions", "1", "--shots", "1", "--seeds", "1");

        Assert.True(run.ExitCode == 0, run.Error);
        var lines = run.Output.Split('\n');
        Assert.StartsWith("ACCURACY IN %  SHOTS  N  BASE", lines[0], StringComparison.Ordinal);
        Assert.Equal(["word", "slice", "choice", "repeat"], lines[1..5].Select(line => line.Split(' ')[0]));
    }

    [Theory]
    [InlineData(2, "--shots: '0' is not a number", "--shots", "0")]
    [InlineData(2, "--shots: 'x' is not a number", "--shots", "3,x")]
    [InlineData(2, "--seeds must be between", "--seeds", "0")]
    [InlineData(2, "exclude each other", "--examples", "x", "--sequences", "y", "--tensor", "z")]
    [InlineData(2, "go together", "--sequences", "y")]
    [InlineData(2, "go together", "--tensor", "z")]
    [InlineData(2, "--chart draws accuracies", "--sequences", "y", "--tensor", "z", "--chart", "c.svg")]
    [InlineData(3, "has no tensor 'other', only rows, singles", "--sequences", "ids.safetensors", "--tensor", "other")]
    [InlineData(3, "does not hold sequences", "--sequences", "ids.safetensors", "--tensor", "singles")]
    [InlineData(3, "none is left to measure with after 4 shots", "--sequences", "ids.safetensors", "--tensor", "rows", "--shots", "4")]
    [InlineData(3, "line 1", "--examples", "bad.jsonl")]
    [InlineData(3, "Examples 1 and 2 answer one prompt differently", "--examples", "contradiction.jsonl")]
    [InlineData(4, "no such file", "--examples", "no such file")]
    [InlineData(4, "There is no folder", "--model", "no such folder")]
    public async Task What_cannot_be_measured_is_refused_in_one_line(int exitCode, string message, params string[] options)
    {
        await File.WriteAllTextAsync(_folder.File("bad.jsonl"), """{"prompt": "a"}""", TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(
            _folder.File("contradiction.jsonl"), ["""{"prompt": "a", "answer": "1"}""", """{"prompt": "a", "answer": "2"}"""], TestContext.Current.CancellationToken);
        string[] named = [.. options.Select(option => option.Contains(".safe", StringComparison.Ordinal) || option.EndsWith(".jsonl", StringComparison.Ordinal) ? _folder.File(option) : option)];

        var run = await Run(named);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    public void Dispose() => _folder.Dispose();

    // An option may be given once only.
    private Task<CliRun> Run(params string[] options)
    {
        string[] model = options.Contains("--model") ? [] : ["--model", _model];
        return CliRun.Async(["evaluate", "few-shot", .. model, "--expert", _folder.File("1.safetensors"), "--expert", _folder.File("2.safetensors"), .. options]);
    }
}
