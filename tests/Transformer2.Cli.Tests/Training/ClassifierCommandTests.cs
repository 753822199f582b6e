using System.Text.Json;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Classifiers of a tiny random model, which learns next to nothing.</summary>
[Collection(TorchThreads.Collection)]
public sealed class ClassifierCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("next-token")]
    [InlineData("reinforce")]
    public async Task A_classifier_is_trained_from_lines_and_measured(string objective)
    {
        var output = _folder.File("kinds.safetensors");
        var made = await Train(
            Lines(10), "--objective", objective, "--steps", "2", "--rows", "1", "--output", output, "--output-format", "json",
            "--learning-curve", _folder.File("curve.csv"), "--chart", _folder.File("matrix.svg"), "--test-share", "0.3");

        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(objective, made.Json.GetProperty("objective").GetString());
        var examples = made.Json.GetProperty("examples");
        Assert.Equal(
            (10, 4, 6, 1),
            (examples.GetProperty("train").GetInt32(), examples.GetProperty("validation").GetInt32(), examples.GetProperty("test").GetInt32(), examples.GetProperty("duplicates").GetInt32()));
        Assert.Equal([0, 2], made.Json.GetProperty("validation").EnumerateArray().Select(look => look.GetProperty("step").GetInt32()));
        Assert.False(made.Json.TryGetProperty("unseen", out _));
        foreach (var name in (string[])["base", "classifier"])
        {
            var result = made.Json.GetProperty("test").GetProperty(name);
            var rows = result.GetProperty("labels").EnumerateArray().ToArray();
            Assert.Equal(["code", "math"], rows.Select(row => row.GetProperty("label").GetString()));
            Assert.All(rows, row => Assert.Equal(3, row.GetProperty("given").EnumerateArray().Sum(count => count.GetInt32())));
            Assert.Equal(6, result.GetProperty("total").GetProperty("n").GetInt32());
            Assert.InRange(result.GetProperty("total").GetProperty("value").GetDouble(), 0, 1);
        }

        Assert.Equal(4, File.ReadAllLines(_folder.File("curve.csv")).Length);
        Assert.Contains("<svg", File.ReadAllText(_folder.File("curve.svg")), StringComparison.Ordinal);
        Assert.Contains("kinds: label given", File.ReadAllText(_folder.File("matrix.svg")), StringComparison.Ordinal);
        Assert.False(File.Exists(output + ".checkpoint"));
        var inspected = await CliRun.Async("expert", "inspect", output, "--output-format", "json");
        Assert.True(inspected.ExitCode == 0, inspected.Error);
        var metadata = ExpertFile.Inspect(await File.ReadAllBytesAsync(output, TestContext.Current.CancellationToken)).Metadata;
        Assert.Equal(ExpertMetadata.ClassificationTask, metadata.Task);
        Assert.Contains("labels code, math; user 'classify: {prompt}'", metadata.Lineage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Matrices_are_printed_in_the_order_of_the_labels()
    {
        var made = await Train(
            Lines(10), "--steps", "1", "--rows", "1", "--output", _folder.File("x.safetensors"), "--label", "math", "--label", "code",
            "--system", "name\nit", "--user", "{prompt}\u202e?", "--answer-prefix", "it is");
        Assert.True(made.ExitCode == 0, made.Error);
        var lines = made.Output.Split('\n').Select(line => line.TrimEnd()).ToArray();
        Assert.Contains(lines, line => line.StartsWith("base model, test prompts: ", StringComparison.Ordinal) && line.Contains(" of 4; unrestricted ", StringComparison.Ordinal));
        var header = Array.FindIndex(lines, line => line == "LABEL  math  code  N  RIGHT");
        Assert.StartsWith("math ", lines[header + 1], StringComparison.Ordinal);
        Assert.StartsWith("code ", lines[header + 2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_corpus_has_unseen_families_apart()
    {
        var made = await CliRun.Async(
            "train", "classifier", "--model", Model(), "--corpus", "nano", "--questions", "4", "--steps", "1", "--rows", "1", "--threads", "1",
            "--output", _folder.File("x.safetensors"), "--output-format", "json");
        Assert.True(made.ExitCode == 0, made.Error);
        Assert.Equal(
            [4, 4, 4, 4],
            made.Json.GetProperty("unseen").GetProperty("classifier").GetProperty("labels").EnumerateArray().Select(row => row.GetProperty("right").GetProperty("n").GetInt32()));
        Assert.Equal(13 * 4, made.Json.GetProperty("test").GetProperty("base").GetProperty("total").GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData("line 2: The line is not JSON", "{\"prompt\": \"a\", \"label\": \"b\"}\nprompt, label")]
    [InlineData("line 1: The line is not a JSON object", "[\"a\", \"b\"]")]
    [InlineData("line 1: 'label' is missing or is not a string", "{\"prompt\": \"a\"}")]
    [InlineData("line 1: 'prompt' is missing or is not a string", "{\"prompt\": 7, \"label\": \"a\"}")]
    [InlineData("line 1: 'text' is not one of prompt, label", "{\"prompt\": \"a\", \"label\": \"b\", \"text\": \"c\"}")]
    [InlineData("line 1: The line is not JSON", "{\"prompt\": \"a\", \"prompt\": \"b\", \"label\": \"c\"}")]
    [InlineData("line 3: CONTRADICTORY_EXAMPLES: The prompt has the label 'b' here, and 'a' at 1", "{\"prompt\": \"x\", \"label\": \"a\"}\n\n{\"prompt\": \"x\", \"label\": \"b\"}\n{\"prompt\": \"y\", \"label\": \"b\"}")]
    [InlineData("line 1: PROMPT_EMPTY", "{\"prompt\": \"\", \"label\": \"a\"}")]
    [InlineData("line 1: LABEL_INVALID", "{\"prompt\": \"x\", \"label\": \"a\\u0007\"}")]
    [InlineData("TOO_FEW_EXAMPLES: The label 'a' has 1 different prompts; it needs 4", "{\"prompt\": \"x\", \"label\": \"a\"}\n{\"prompt\": \"y\", \"label\": \"b\"}")]
    [InlineData("LABEL_COUNT", "{\"prompt\": \"x\", \"label\": \"a\"}")]
    [InlineData("NO_EXAMPLES", "")]
    [InlineData("NO_EXAMPLES", "\n \n")]
    public async Task Lines_that_do_not_do_are_named(string named, string lines)
    {
        var refused = await Train(lines, "--output", _folder.File("x.safetensors"));
        Assert.Equal((3, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(named, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("x.safetensors")));
    }

    [Fact]
    public async Task A_prompt_of_too_many_bytes_or_tokens_is_named()
    {
        foreach (var (characters, named) in new[] { (1_000_000, "line 22: The line has more than"), (70_000, "line 22: PROMPT_TOO_LONG"), (200, "line 22: PROMPT_TOO_LONG") })
        {
            var refused = await Train(Lines(10) + Line(new string('7', characters), "math"), "--output", _folder.File("x.safetensors"));
            Assert.Equal(3, refused.ExitCode);
            Assert.Contains(named, refused.Error, StringComparison.Ordinal);
            Assert.True(refused.Error.Length < 1000);
        }
    }

    [Theory]
    [InlineData(2, "Either --examples or --corpus")]
    [InlineData(2, "Either --examples or --corpus", "--examples", "x", "--corpus", "nano")]
    [InlineData(2, "go with --examples", "--corpus", "nano", "--label", "a")]
    [InlineData(2, "go with --examples", "--corpus", "nano", "--test-share", "0.2")]
    [InlineData(2, "--questions goes with --corpus", "--examples", "x", "--questions", "3")]
    [InlineData(2, "--questions must be", "--corpus", "nano", "--questions", "0")]
    [InlineData(2, "'wiki' is not", "--corpus", "wiki")]
    [InlineData(2, "--kl go with --objective reinforce", "--corpus", "nano", "--kl", "0.1")]
    [InlineData(2, "--kl go with --objective reinforce", "--corpus", "nano", "--sampling", "greedy")]
    [InlineData(2, "--kl must be", "--corpus", "nano", "--objective", "reinforce", "--kl", "-1")]
    [InlineData(2, "--kl must be", "--corpus", "nano", "--objective", "reinforce", "--kl", "NaN")]
    [InlineData(2, "is not next-token or reinforce", "--corpus", "nano", "--objective", "magic")]
    [InlineData(2, "is not sample or greedy", "--corpus", "nano", "--objective", "reinforce", "--sampling", "all")]
    [InlineData(2, "--test-share must be", "--examples", "x", "--test-share", "0.9")]
    [InlineData(2, "--validation-share must be", "--examples", "x", "--validation-share", "0")]
    [InlineData(2, "--steps must be", "--corpus", "nano", "--steps", "0")]
    [InlineData(2, "--rows must be", "--corpus", "nano", "--rows", "0")]
    [InlineData(2, "--learning-rate must be", "--corpus", "nano", "--learning-rate", "0")]
    [InlineData(2, "--threads must be", "--corpus", "nano", "--threads", "0")]
    [InlineData(2, "{prompt} exactly once", "--corpus", "nano", "--user", "classify")]
    [InlineData(2, "--chart: there is no folder", "--corpus", "nano", "--chart", "/nowhere/x.svg")]
    [InlineData(2, "training computes in float32 only", "--corpus", "nano", "--dtype", "bfloat16")]
    [InlineData(4, "nowhere", "--examples", "/nowhere")]
    [InlineData(3, "is a folder", "--examples", "/tmp")]
    [InlineData(4, "There is no folder 'nowhere'", "--corpus", "nano")]
    public async Task What_makes_no_sense_is_refused_before_anything_is_computed(int code, string named, params string[] options)
    {
        var refused = await CliRun.Async(["train", "classifier", "--model", "nowhere", "--output", _folder.File("x.safetensors"), .. options]);
        Assert.Equal((code, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(named, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_checkpoint_of_another_training_is_not_taken()
    {
        var output = _folder.File("x.safetensors");
        await File.WriteAllTextAsync(output + ".checkpoint", "no checkpoint", TestContext.Current.CancellationToken);
        var refused = await Train(Lines(10), "--steps", "1", "--rows", "1", "--output", output);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("cannot be resumed", refused.Error, StringComparison.Ordinal);
    }

    private async Task<CliRun> Train(string lines, params string[] options)
    {
        var file = _folder.File("examples.jsonl");
        await File.WriteAllTextAsync(file, lines, TestContext.Current.CancellationToken);
        return await CliRun.Async(["train", "classifier", "--model", Model(), "--examples", file, "--threads", "1", .. options]);
    }

    private string Model() => TinyModelFolder.Write(_folder.File("model"));

    // Ten of each label, the first one twice.
    private static string Lines(int count) =>
        Line("what is 0?", "math") + string.Concat(Enumerable.Range(0, count).Select(i => Line($"what is {i}?", "math") + (i == 0 ? "" : Line($"run {i}", "code")))) + Line("run 0", "code");

    private static string Line(string prompt, string label) => JsonSerializer.Serialize(new { prompt, label }) + "\n";
}
