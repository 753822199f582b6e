using System.Text.Json;
using Transformer2.V1;

namespace Transformer2.Cli.Tests;

public sealed class GenerateCommandTests
{
    [Fact]
    public async Task The_prompt_is_a_users_message_to_the_base_model_by_default()
    {
        var (run, request) = await GenerateAsync("what is 6 * 7?");

        Assert.Equal((0, "forty-two" + Environment.NewLine, ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(new ChatMessage { Role = "user", Content = "what is 6 * 7?" }, Assert.Single(request.Messages.Messages));
        Assert.NotNull(request.Selection.Base);
        Assert.Equal(0, request.MaxTokens);
        Assert.False(request.HasTemperature || request.HasTopP || request.HasTopK || request.HasSeed);
    }

    [Fact]
    public async Task Every_option_reaches_the_request()
    {
        var (_, request) = await GenerateAsync(
            "hi", "--system", "be brief", "--max-tokens", "9", "--temperature", "0.5", "--top-p", "0.9", "--top-k", "40",
            "--min-p", "0.1", "--repetition-penalty", "1.3", "--frequency-penalty", "-0.5", "--presence-penalty", "2", "--logit-bias", "7=-1.5",
            "--logit-bias", "9=3", "--seed", "18446744073709551615", "--stop", "a", "--stop", "b",
            "--priority", "batch", "--min-tokens", "3", "--logprobs", "5", "--answers", "2");

        Assert.Equal(["system", "user"], request.Messages.Messages.Select(message => message.Role));
        Assert.Equal((9, 0.5, 0.9, 40, ulong.MaxValue), (request.MaxTokens, request.Temperature, request.TopP, request.TopK, request.Seed));
        Assert.Equal(["a", "b"], request.Stop);
        Assert.Equal((Priority.Batch, 3, 5, 2), (request.Priority, request.MinTokens, request.Logprobs, request.N));
        Assert.Equal(
            (0.1, 1.3, -0.5, 2.0), (request.MinP, request.RepetitionPenalty, request.FrequencyPenalty, request.PresencePenalty));
        Assert.Equal((2, -1.5, 3.0), (request.LogitBias.Count, request.LogitBias[7], request.LogitBias[9]));
    }

    [Theory]
    [InlineData("@file")]
    [InlineData("[diagram] of a tree")]
    [InlineData("two\nlines")]
    public async Task A_raw_prompt_is_sent_as_it_stands(string prompt)
    {
        var (_, request) = await GenerateAsync(prompt, "--raw");

        Assert.Equal(prompt, request.Prompt);
    }

    [Fact]
    public async Task One_expert_without_a_weight_is_that_expert()
    {
        var (_, request) = await GenerateAsync("hi", "--expert", "math");

        Assert.Equal("math", request.Selection.Expert.Name);
    }

    [Fact]
    public async Task Weights_make_a_mixture()
    {
        var (_, request) = await GenerateAsync("hi", "--expert", "math=0.7", "--expert", "tenants/demo/experts/code=.3");

        Assert.Equal(
            [new MixtureTerm { Expert = "math", Weight = 0.7 }, new MixtureTerm { Expert = "tenants/demo/experts/code", Weight = 0.3 }],
            request.Selection.Mixture.Terms);
    }

    [Fact]
    public async Task A_hyphen_reads_standard_input_without_its_last_line_end()
    {
        await using var platform = await FakePlatform.StartAsync();

        await CliRun.With(new Dictionary<string, string> { ["T2_SERVER"] = platform.Address }, ["generate", "-"], input: "line 1\nline 2\n");

        Assert.Equal("line 1\nline 2", platform.Generation.Request!.Messages.Messages.Single().Content);
    }

    [Fact]
    public async Task Json_is_one_line_per_event()
    {
        var (run, _) = await GenerateAsync("hi", "--output-format", "json");

        var events = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToArray();
        Assert.Equal("r1", events[0].GetProperty("dispatched").GetProperty("request_id").GetString());
        Assert.Equal([2, 7], events[2].GetProperty("delta").GetProperty("token_ids").EnumerateArray().Select(id => id.GetInt32()));
        Assert.Equal("FINISH_REASON_STOP", events[3].GetProperty("completed").GetProperty("finish_reason").GetString());
        Assert.Equal(4, events.Length);
    }

    [Fact]
    public async Task Verbose_explains_on_standard_error_only()
    {
        var (run, _) = await GenerateAsync("hi", "--verbose");

        Assert.Equal("forty-two" + Environment.NewLine, run.Output);
        Assert.Contains("tenants/demo/experts/math", run.Error, StringComparison.Ordinal);
        Assert.Contains("5 prompt (4 cached), 3 answer", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_answers_are_shown_one_below_the_other()
    {
        var (run, _) = await GenerateAsync("hi", "-n", "2");

        Assert.Equal(["[1]", "answer 1", "[0]", "answer 0", ""], run.Output.Split(Environment.NewLine));
    }

    [Fact]
    public async Task A_timeout_is_the_calls_deadline()
    {
        await using var platform = await FakePlatform.StartAsync();
        var before = DateTime.UtcNow;

        await CliRun.On(platform, "generate", "hi", "--timeout", "600");
        Assert.InRange(platform.Generation.Deadline, before.AddMinutes(9), DateTime.UtcNow.AddMinutes(10));

        await CliRun.On(platform, "generate", "hi");
        Assert.Equal(DateTime.MaxValue, platform.Generation.Deadline);

        Assert.Equal(2, (await CliRun.On(platform, "generate", "hi", "--timeout", "0")).ExitCode);
    }

    private static async Task<(CliRun Run, GenerateRequest Request)> GenerateAsync(string prompt, params string[] options)
    {
        await using var platform = await FakePlatform.StartAsync();
        var run = await CliRun.On(platform, ["generate", prompt, .. options]);
        Assert.NotNull(platform.Generation.Request);
        return (run, platform.Generation.Request);
    }
}
