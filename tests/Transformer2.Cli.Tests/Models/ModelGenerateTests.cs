using System.Text.Json;
using System.Text.Json.Nodes;
using Transformer2.Experts;
using Transformer2.TestKit;

namespace Transformer2.Cli.Tests;

/// <summary>Greedy answers of local models against the golden data.</summary>
[Collection(TorchThreads.Collection)]
public sealed class ModelGenerateTests
{
    [Theory]
    [InlineData("llama-tied")]
    [InlineData("llama-bf16-sharded")]
    [InlineData("llama-untied-rope3")]
    [InlineData("mistral-swa")]
    [InlineData("qwen2-tied")]
    [InlineData("qwen3")]
    public async Task Greedy_answers_are_the_references(string model)
    {
        using var folder = new TemporaryFolder();
        var path = SharedFiles.Path($"oracles/forward/{model}");
        using var golden = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(path, "greedy.json"), TestContext.Current.CancellationToken));
        var cases = golden.RootElement.GetProperty("cases").EnumerateArray().ToArray();
        await Write(folder, $$"""{"input_ids": [{{string.Join(',', cases.Select(item => item.GetProperty("prompt").GetRawText()))}}]}""");

        var run = await CliRun.Async(
            "model", "generate", "--model", path, "--tokens", folder.File("tokens.json"), "--greedy", "--max-tokens", "32", "--ignore-eos",
            "--output-format", "json");

        Assert.True(run.ExitCode == 0, run.Error);
        var rows = run.Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(cases.Select(item => Ids(item.GetProperty("continuation"))), rows.Select(row => Ids(row.GetProperty("ids"))));
        Assert.All(rows, row => Assert.Equal("length", row.GetProperty("finish_reason").GetString()));
        Assert.Equal(File.Exists(Path.Combine(path, "tokenizer.json")), rows[0].TryGetProperty("text", out _));
    }

    [Fact]
    public async Task Several_answers_their_least_tokens_and_their_log_probabilities_are_reported()
    {
        using var folder = new TemporaryFolder();
        TinyModelFolder.Write(folder.Path);

        var run = await Generate("--answers", "2", "--temperature", "1", "--seed", "4", "--logit-bias", "2=50", "--max-tokens", "9", "--min-tokens", "5", "--logprobs", "3");

        Assert.True(run.ExitCode == 0, run.Error);
        var rows = run.Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(2, rows.Length);
        Assert.NotEqual(Ids(rows[0].GetProperty("ids")), Ids(rows[1].GetProperty("ids")));
        foreach (var row in rows)
        {
            var ids = Ids(row.GetProperty("ids"));
            Assert.Equal((5, "stop"), (ids.Length, row.GetProperty("finish_reason").GetString()));
            var logprobs = row.GetProperty("logprobs").EnumerateArray().ToArray();
            Assert.Equal(ids, logprobs.Select(entry => entry.GetProperty("token").GetProperty("token_id").GetInt32()));
            Assert.All(logprobs, entry => Assert.Equal(3, entry.GetProperty("top").GetArrayLength()));
        }

        var full = (await Generate("--max-tokens", "20")).Json.GetProperty("rows")[0];
        Assert.False(full.TryGetProperty("logprobs", out _));
        var text = full.GetProperty("text").GetString()!;
        var stopped = (await Generate("--max-tokens", "20", "--stop", text[3..6])).Json.GetProperty("rows")[0];
        Assert.Equal(text[..text.IndexOf(text[3..6], StringComparison.Ordinal)], stopped.GetProperty("text").GetString());
        foreach (var (option, value) in new[] { ("--answers", "17"), ("--min-tokens", "129"), ("--logprobs", "21"), ("--stop", "") })
            Assert.Equal(3, (await Generate(option, value)).ExitCode);

        Task<CliRun> Generate(params string[] options) =>
            CliRun.Async(["model", "generate", "--model", folder.Path, "--prompt", "hi", "--raw", "--output-format", "json", .. options]);
    }

    [Fact]
    public async Task Bias_and_penalties_work_on_greedy_answers()
    {
        using var folder = new TemporaryFolder();
        await Write(folder, """{"input_ids": [[1, 2, 3]]}""");
        var model = SharedFiles.Path("oracles/forward/llama-tied");

        var forced = await Run("--logit-bias", "5=100");
        Assert.Equal([5, 5, 5, 5], Ids(forced.Json.GetProperty("rows")[0].GetProperty("ids")));
        var varied = Ids((await Run("--logit-bias", "5=100", "--repetition-penalty", "100")).Json.GetProperty("rows")[0].GetProperty("ids"));
        Assert.Equal(5, varied[0]);
        Assert.DoesNotContain(5, varied[1..]);
        Assert.Equal(3, (await Generate("--logit-bias", "100000=1")).ExitCode);
        Assert.Equal(3, (await Generate("--min-p", "1.5")).ExitCode);
        Assert.Equal(3, (await Generate("--repetition-penalty", "NaN")).ExitCode);
        Assert.Equal(2, (await Generate("--logit-bias", "5")).ExitCode);

        Task<CliRun> Generate(params string[] options) => CliRun.Async(
            [
                "model", "generate", "--model", model, "--tokens", folder.File("tokens.json"), "--max-tokens", "4", "--ignore-eos",
                "--output-format", "json", .. options,
            ]);

        async Task<CliRun> Run(params string[] options)
        {
            var run = await Generate(options);
            Assert.True(run.ExitCode == 0, run.Error);
            return run;
        }
    }

    [Fact]
    public async Task An_expert_changes_the_answer_and_a_seed_repeats_it()
    {
        using var folder = new TemporaryFolder();
        await Write(folder, """{"input_ids": [[1, 2, 3], [4]]}""");
        var model = SharedFiles.Path("oracles/forward/llama-tied");
        using var inputs = SafetensorsFile.Open(SharedFiles.Path("oracles/svf/llama-tied/inputs.safetensors"));
        ExpertFile.Write(folder.File("e"), new ExpertVector(inputs.Tensors.Keys
            .Where(name => name.StartsWith("z1.", StringComparison.Ordinal) && name.Contains(".mlp.", StringComparison.Ordinal))
            .Select(name => KeyValuePair.Create(name[3..], inputs.ReadSingles(name).Select(z => z * 3).ToArray()))), new ExpertMetadata());

        var plain = await Run();
        var adapted = await Run("--expert", folder.File("e"));
        var drawn = await Run("--temperature", "5", "--seed", "3");

        Assert.NotEqual(plain.Output, adapted.Output);
        Assert.Equal(drawn.Output, (await Run("--temperature", "5", "--seed", "3")).Output);
        Assert.NotEqual(drawn.Output, (await Run("--temperature", "5", "--seed", "4")).Output);

        async Task<CliRun> Run(params string[] options)
        {
            var run = await CliRun.Async(["model", "generate", "--model", model, "--tokens", folder.File("tokens.json"), "--max-tokens", "8", "--ignore-eos", .. options]);
            Assert.True(run.ExitCode == 0, run.Error);
            return run;
        }
    }

    [Fact]
    public async Task A_context_longer_than_the_trained_one_is_for_the_asking()
    {
        using var folder = new TemporaryFolder();
        await Write(folder, $$"""{"input_ids": [[{{string.Join(',', Enumerable.Range(1, 20))}}]]}""");
        var model = SharedFiles.Path("oracles/forward/llama-tied");
        File.CreateSymbolicLink(folder.File("model.safetensors"), Path.Combine(model, "model.safetensors"));
        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(model, "config.json"), TestContext.Current.CancellationToken))!;
        config["max_position_embeddings"] = 16;
        config["rope_scaling"] = JsonNode.Parse("""{"rope_type": "dynamic", "factor": 4.0}""");
        // A byte order mark is passed over.
        await File.WriteAllTextAsync(folder.File("config.json"), '\uFEFF' + config.ToJsonString(), TestContext.Current.CancellationToken);

        var refused = await Generate();
        Assert.Equal(3, refused.ExitCode);
        Assert.StartsWith("t2: PROMPT_TOO_LONG: ", refused.Error, StringComparison.Ordinal);
        var answered = await Generate("--context", "24");
        Assert.True(answered.ExitCode == 0, answered.Error);
        // The context ends the answer.
        Assert.Equal(4, Ids(answered.Json.GetProperty("rows")[0].GetProperty("ids")).Length);
        Assert.Equal(3, (await Generate("--context", "0")).ExitCode);

        Task<CliRun> Generate(params string[] options) => CliRun.Async(
            [
                "model", "generate", "--model", folder.Path, "--tokens", folder.File("tokens.json"), "--max-tokens", "9", "--ignore-eos",
                "--output-format", "json", .. options,
            ]);
    }

    [Theory]
    [InlineData(3, """{"input_ids": [[999999]]}""")]
    [InlineData(3, """{"input_ids": [[-1]]}""")]
    [InlineData(3, """{"input_ids": [[1], []]}""")]
    [InlineData(3, """{"input_ids": [[1]]}""", "--temperature", "-1")]
    [InlineData(3, """{"input_ids": [[1]]}""", "--max-tokens", "0")]
    [InlineData(2, """{"input_ids": [[1]]}""", "--greedy", "--temperature", "1")]
    [InlineData(2, """{"input_ids": [[1]]}""", "--prompt", "x")]
    public async Task What_cannot_be_answered_is_refused(int exitCode, string tokens, params string[] options)
    {
        using var folder = new TemporaryFolder();
        await Write(folder, tokens);

        var run = await CliRun.Async(
            ["model", "generate", "--model", SharedFiles.Path("oracles/forward/llama-tied"), "--tokens", folder.File("tokens.json"), .. options]);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
    }

    private static Task Write(TemporaryFolder folder, string tokens) =>
        File.WriteAllTextAsync(folder.File("tokens.json"), tokens, TestContext.Current.CancellationToken);

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];
}
