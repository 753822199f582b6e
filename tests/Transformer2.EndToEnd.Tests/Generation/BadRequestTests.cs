using Grpc.Core;
using Transformer2.V1;

namespace Transformer2.EndToEnd.Tests;

/// <summary>Requests that make no sense: each gets its status and reason, and the next sensible one is answered.</summary>
public sealed class BadRequestTests(PlatformFixture platform)
{
    private static readonly Dictionary<string, (GenerateRequest Request, StatusCode Status, string Reason)> Cases = new()
    {
        ["no prompt"] = (new(), StatusCode.InvalidArgument, "PROMPT_EMPTY"),
        ["empty prompt"] = (new() { Prompt = "" }, StatusCode.InvalidArgument, "PROMPT_EMPTY"),
        ["no message"] = (new() { Messages = new() }, StatusCode.InvalidArgument, "PROMPT_EMPTY"),
        ["over 1 MiB"] = (new() { Prompt = new('a', (1 << 20) + 1) }, StatusCode.InvalidArgument, "PROMPT_TOO_LONG"),
        ["over 1 MiB in UTF-8"] = (new() { Prompt = new('ä', (1 << 19) + 1) }, StatusCode.InvalidArgument, "PROMPT_TOO_LONG"),
        ["over the context"] = (new() { Prompt = new('a', PlatformFixture.ContextLength) }, StatusCode.InvalidArgument, "PROMPT_TOO_LONG"),
        ["too many messages"] = (Chat(257), StatusCode.InvalidArgument, "PROMPT_TOO_LONG"),
        ["long role"] = (Chat(1, new('r', 65)), StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["negative max_tokens"] = (new() { Prompt = "a", MaxTokens = -1 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["huge max_tokens"] = (new() { Prompt = "a", MaxTokens = int.MaxValue }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["temperature NaN"] = (new() { Prompt = "a", Temperature = double.NaN }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["temperature infinite"] = (new() { Prompt = "a", Temperature = double.PositiveInfinity }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["temperature negative"] = (new() { Prompt = "a", Temperature = -0.1 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["temperature over 2"] = (new() { Prompt = "a", Temperature = 2.1 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["top_p NaN"] = (new() { Prompt = "a", TopP = double.NaN }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["top_p 0"] = (new() { Prompt = "a", TopP = 0 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["top_p over 1"] = (new() { Prompt = "a", TopP = 1.1 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["top_k negative"] = (new() { Prompt = "a", TopK = -1 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["top_k huge"] = (new() { Prompt = "a", TopK = 1_000_001 }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["17 stops"] = (new() { Prompt = "a", Stop = { Enumerable.Repeat("s", 17) } }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["empty stop"] = (new() { Prompt = "a", Stop = { "" } }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["long stop"] = (new() { Prompt = "a", Stop = { new string('s', 257) } }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["bad request id"] = (new() { Prompt = "a", RequestId = "two words" }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["unknown expert"] = (new() { Prompt = "a", Selection = Select.Expert("nobody") }, StatusCode.NotFound, "EXPERT_NOT_FOUND"),
        ["bad expert name"] = (new() { Prompt = "a", Selection = Select.Expert("../etc") }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["empty selection"] = (new() { Prompt = "a", Selection = new() }, StatusCode.InvalidArgument, "INVALID_FIELD"),
        ["empty mixture"] = (new() { Prompt = "a", Selection = Select.Mixture() }, StatusCode.InvalidArgument, "INVALID_MIXTURE"),
        ["weight NaN"] = (new() { Prompt = "a", Selection = Select.Mixture(("one", double.NaN)) }, StatusCode.InvalidArgument, "INVALID_MIXTURE"),
        ["weight negative"] = (new() { Prompt = "a", Selection = Select.Mixture(("one", -1)) }, StatusCode.InvalidArgument, "INVALID_MIXTURE"),
        ["weight over 16"] = (new() { Prompt = "a", Selection = Select.Mixture(("one", 17)) }, StatusCode.InvalidArgument, "INVALID_MIXTURE"),
        ["weights of sum 0"] = (new() { Prompt = "a", Selection = Select.Mixture(("one", 0)) }, StatusCode.InvalidArgument, "INVALID_MIXTURE"),
        ["one expert twice"] = (
            new() { Prompt = "a", Selection = Select.Mixture(("one", 0.5), ("one", 0.5)) }, StatusCode.InvalidArgument, "INVALID_MIXTURE"),
        ["17 terms"] = (
            new() { Prompt = "a", Selection = Select.Mixture([.. Enumerable.Range(0, 17).Select(i => ($"e{i}", 0.1))]) },
            StatusCode.InvalidArgument,
            "INVALID_MIXTURE"),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public async Task A_request_that_makes_no_sense_is_refused_and_the_next_one_answered(string name)
    {
        using var tenant = await platform.NewTenantAsync();
        await tenant.UploadAsync("one", 1);
        var (request, status, reason) = Cases[name];

        var refused = await Refusal.Expect(status, reason, () => tenant.EventsAsync(request));

        Assert.NotEmpty(refused.Message);
        Assert.DoesNotContain("Exception", refused.Message, StringComparison.Ordinal);
        Assert.Equal(4, (await tenant.AnswerAsync("and now?", Select.Expert("one"), maxTokens: 4)).Length);
    }

    private static GenerateRequest Chat(int messages, string role = "user") => new()
    {
        Messages = new ChatMessages { Messages = { Enumerable.Repeat(new ChatMessage { Role = role, Content = "a" }, messages) } },
    };
}
