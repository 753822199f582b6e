using Google.Rpc;
using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.V1;
using MixtureTerm = Transformer2.V1.MixtureTerm;

namespace Transformer2.Gateway.Tests;

public class GenerationValidationTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    public static TheoryData<string, GenerateRequest> BadFields() => new()
    {
        { "max_tokens", new() { Prompt = "x", MaxTokens = -1 } },
        { "max_tokens", new() { Prompt = "x", MaxTokens = 65_537 } },
        { "max_tokens", new() { Prompt = "x", MaxTokens = int.MaxValue } },
        { "temperature", new() { Prompt = "x", Temperature = double.NaN } },
        { "temperature", new() { Prompt = "x", Temperature = -0.1 } },
        { "temperature", new() { Prompt = "x", Temperature = 2.1 } },
        { "temperature", new() { Prompt = "x", Temperature = double.PositiveInfinity } },
        { "top_p", new() { Prompt = "x", TopP = 0 } },
        { "top_p", new() { Prompt = "x", TopP = -1 } },
        { "top_p", new() { Prompt = "x", TopP = 1.01 } },
        { "top_p", new() { Prompt = "x", TopP = double.NaN } },
        { "top_k", new() { Prompt = "x", TopK = -1 } },
        { "top_k", new() { Prompt = "x", TopK = 1_000_001 } },
        { "min_p", new() { Prompt = "x", MinP = -0.1 } },
        { "min_p", new() { Prompt = "x", MinP = 1.01 } },
        { "min_p", new() { Prompt = "x", MinP = double.NaN } },
        { "repetition_penalty", new() { Prompt = "x", RepetitionPenalty = 0 } },
        { "repetition_penalty", new() { Prompt = "x", RepetitionPenalty = double.PositiveInfinity } },
        { "frequency_penalty", new() { Prompt = "x", FrequencyPenalty = 2.1 } },
        { "frequency_penalty", new() { Prompt = "x", FrequencyPenalty = double.NaN } },
        { "presence_penalty", new() { Prompt = "x", PresencePenalty = -2.1 } },
        { "logit_bias", new() { Prompt = "x", LogitBias = { [-1] = 1 } } },
        { "logit_bias", new() { Prompt = "x", LogitBias = { [100] = 1 } } },
        { "logit_bias", new() { Prompt = "x", LogitBias = { [1] = 101 } } },
        { "logit_bias", new() { Prompt = "x", LogitBias = { [1] = double.NaN } } },
        { "stop", new() { Prompt = "x", Stop = { Enumerable.Repeat("s", 17) } } },
        { "stop", new() { Prompt = "x", Stop = { "" } } },
        { "stop", new() { Prompt = "x", Stop = { new string('s', 257) } } },
        { "min_tokens", new() { Prompt = "x", MinTokens = -1 } },
        { "min_tokens", new() { Prompt = "x", MinTokens = 129 } },
        { "min_tokens", new() { Prompt = "x", MinTokens = 11, MaxTokens = 10 } },
        { "logprobs", new() { Prompt = "x", Logprobs = -1 } },
        { "logprobs", new() { Prompt = "x", Logprobs = 21 } },
        { "n", new() { Prompt = "x", N = -1 } },
        { "n", new() { Prompt = "x", N = 17 } },
        { "n", new() { Prompt = "x", N = int.MaxValue } },
        { "n", new() { Prompt = "x", N = 2, MaxTokens = 32_769 } },
        { "priority", new() { Prompt = "x", Priority = (Priority)4 } },
        { "request_id", new() { Prompt = "x", RequestId = "two words" } },
        { "request_id", new() { Prompt = "x", RequestId = new string('r', 129) } },
        { "messages.role", new() { Messages = new() { Messages = { new ChatMessage { Content = "x" } } } } },
        { "messages.role", new() { Messages = new() { Messages = { new ChatMessage { Role = new string('r', 65), Content = "x" } } } } },
        { "selection.expert.name", new() { Prompt = "x", Selection = GenerationTests.Named("") } },
        { "selection.expert.name", new() { Prompt = "x", Selection = GenerationTests.Named("Math") } },
        { "selection.expert.name", new() { Prompt = "x", Selection = GenerationTests.Named("../math") } },
        { "selection.expert.name", new() { Prompt = "x", Selection = GenerationTests.Named("tenants/demo/experts/math/versions/1") } },
        { "selection.mixture.terms.expert", new() { Prompt = "x", Selection = Mixture(("a b", 1)) } },
    };

    [Theory, MemberData(nameof(BadFields))]
    public async Task A_field_outside_its_range_is_named(string field, GenerateRequest request)
    {
        var tenant = await _platform.NewTenant();

        var refusal = await tenant.Generate(request).Refused(StatusCode.InvalidArgument, ErrorReason.InvalidField);

        Assert.Equal(field, refusal.Info()!.Metadata["field"]);
        Assert.Equal(field, Assert.Single(refusal.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations).Field);
    }

    public static TheoryData<string, GenerateRequest> BadPrompts() => new()
    {
        { ErrorReason.PromptEmpty, new() },
        { ErrorReason.PromptEmpty, new() { Prompt = "" } },
        { ErrorReason.PromptEmpty, new() { Messages = new() } },
        { ErrorReason.PromptTooLong, new() { Prompt = new string('a', (1 << 20) + 1) } },
        { ErrorReason.PromptTooLong, new() { Prompt = new string('é', (1 << 19) + 1) } },
        { ErrorReason.PromptTooLong, Chat(257, "x") },
        { ErrorReason.PromptTooLong, Chat(2, new string('a', 600_000)) },
        { ErrorReason.InvalidMixture, Mixed() },
        { ErrorReason.InvalidMixture, Mixed(("a", double.NaN)) },
        { ErrorReason.InvalidMixture, Mixed(("a", double.PositiveInfinity)) },
        { ErrorReason.InvalidMixture, Mixed(("a", -0.5), ("b", 1)) },
        { ErrorReason.InvalidMixture, Mixed(("a", 0), ("b", 0)) },
        { ErrorReason.InvalidMixture, Mixed(("a", 16.5)) },
        { ErrorReason.InvalidMixture, Mixed(("a", 1), ("a", 1)) },
        { ErrorReason.InvalidMixture, Mixed([.. Enumerable.Range(0, 17).Select(i => ($"e{i}", 1.0))]) },
    };

    [Theory, MemberData(nameof(BadPrompts))]
    public async Task A_prompt_or_a_mixture_that_cannot_be_answered_is_refused(string reason, GenerateRequest request)
    {
        var tenant = await _platform.NewTenant();

        await tenant.Generate(request).Refused(StatusCode.InvalidArgument, reason);
    }

    [Fact]
    public async Task The_largest_prompt_is_answered()
    {
        var tenant = await _platform.NewTenant();

        var events = await tenant.Generate(new() { Prompt = new string('a', 1 << 20), MaxTokens = 65_536 });

        Assert.Equal(1 << 20, events[1].Delta.Text.Length);
    }

    private static GenerateRequest Chat(int count, string content) =>
        new() { Messages = new() { Messages = { Enumerable.Repeat(new ChatMessage { Role = "user", Content = content }, count) } } };

    private static GenerateRequest Mixed(params (string Expert, double Weight)[] terms) =>
        new() { Prompt = "x", Selection = Mixture(terms) };

    private static V1.ExpertSelection Mixture(params (string Expert, double Weight)[] terms) =>
        new() { Mixture = new() { Terms = { terms.Select(term => new MixtureTerm { Expert = term.Expert, Weight = term.Weight }) } } };
}
