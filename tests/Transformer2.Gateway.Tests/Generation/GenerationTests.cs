using Google.Rpc;
using Grpc.Core;
using Transformer2.Abstractions;
using Transformer2.Engine;
using Transformer2.Tests.Doubles;
using Transformer2.V1;
using FinishReason = Transformer2.V1.FinishReason;
using TokenLogprob = Transformer2.V1.TokenLogprob;
using TokenLogprobs = Transformer2.V1.TokenLogprobs;

namespace Transformer2.Gateway.Tests;

public class GenerationTests(PlatformFixture fixture)
{
    private readonly TestPlatform _platform = fixture.Platform;

    [Fact]
    public async Task The_base_model_answers_when_nothing_is_selected()
    {
        var tenant = await _platform.NewTenant();

        var events = await tenant.Generate(new() { Prompt = "one two three", RequestId = $"r-{tenant.Id}" });

        var dispatched = events[0].Dispatched;
        Assert.Equal(("base", "fake", $"r-{tenant.Id}"), (dispatched.Strategy, dispatched.Model, dispatched.RequestId));
        Assert.Empty(dispatched.Experts);
        Assert.Equal(["one", "two", "three"], events[1..^1].Select(e => e.Delta.Text));
        Assert.Equal([0, 1, 2], events[1..^1].SelectMany(e => e.Delta.TokenIds));
        var completed = events[^1].Completed;
        Assert.Equal(FinishReason.Stop, completed.FinishReason);
        Assert.Equal(new Usage { PromptTokens = 3, CompletionTokens = 3, CachedPromptTokens = 2 }, completed.Usage);
        Assert.Equal(TimeSpan.FromMilliseconds(2), completed.Timings.FirstToken.ToTimeSpan());
        Assert.Empty(_platform.Engine.Requests[dispatched.RequestId].Experts);
    }

    [Fact]
    public async Task Every_field_reaches_the_engine()
    {
        var tenant = await _platform.NewTenant();
        var request = new GenerateRequest
        {
            Messages = new() { Messages = { Message("system", "be brief"), Message("user", "hi") } },
            MaxTokens = 7,
            Temperature = 0.5,
            TopP = 0.9,
            TopK = 40,
            Seed = ulong.MaxValue,
            MinP = 0.1,
            RepetitionPenalty = 1.3,
            FrequencyPenalty = -0.5,
            PresencePenalty = 2,
            LogitBias = { [7] = -1.5, [99] = 3 },
            Stop = { "\n", "end" },
            Priority = Priority.Batch,
            MinTokens = 3,
            Logprobs = 5,
            N = 2,
            RequestId = $"f-{tenant.Id}",
        };

        await tenant.Generate(request);

        var seen = _platform.Engine.Requests[request.RequestId];
        var messages = Assert.IsType<Prompt.Chat>(seen.Prompt).Messages;
        Assert.Equal([("system", "be brief"), ("user", "hi")], messages.Select(message => (message.Role, message.Content)));
        var expected = new SamplingOptions(0.5, 0.9, 40, ulong.MaxValue)
        {
            MinP = 0.1,
            RepetitionPenalty = 1.3,
            FrequencyPenalty = -0.5,
            PresencePenalty = 2,
            LogitBias = seen.Sampling.LogitBias,
        };
        Assert.Equal(expected, seen.Sampling);
        Assert.Equal([(7, -1.5), (99, 3)], seen.Sampling.LogitBias.OrderBy(bias => bias.Key).Select(bias => (bias.Key, bias.Value)));
        Assert.Equal((7, 3, 5, 2), (seen.MaxTokens, seen.MinTokens, seen.Logprobs, seen.Answers));
        Assert.Equal(["\n", "end"], seen.Stop);
        Assert.Equal((tenant.Id, RequestPriority.Batch), (seen.Tenant, seen.Priority));
    }

    [Fact]
    public async Task Log_probabilities_come_with_their_tokens()
    {
        var tenant = await _platform.NewTenant();

        var events = await tenant.Generate(new() { Prompt = "one two", Logprobs = 2 });

        Assert.Equal(
            [
                new TokenLogprobs { Token = Logprob(0, "one", -0.5), Top = { Logprob(0, "t0", 0), Logprob(1, "t1", -1) } },
                new TokenLogprobs { Token = Logprob(1, "two", -0.5), Top = { Logprob(0, "t0", 0), Logprob(1, "t1", -1) } },
            ],
            events[1..^1].Select(e => Assert.Single(e.Delta.Logprobs)));
        Assert.Empty((await tenant.Generate(new() { Prompt = "one" }))[1].Delta.Logprobs);

        static TokenLogprob Logprob(int id, string text, double logprob) => new() { TokenId = id, Text = text, Logprob = logprob };
    }

    [Fact]
    public async Task Every_one_of_several_answers_has_its_deltas_and_its_end()
    {
        var tenant = await _platform.NewTenant();

        var events = await tenant.Generate(new() { Prompt = "one two", N = 3 });

        for (var answer = 0; answer < 3; answer++)
        {
            Assert.Equal("one two", string.Join(' ', events.Where(e => e.Delta?.AnswerIndex == answer).Select(e => e.Delta.Text)));
            var end = Assert.Single(events, e => e.AnswerCompleted?.AnswerIndex == answer).AnswerCompleted;
            Assert.Equal((FinishReason.Length, 2), (end.FinishReason, end.CompletionTokens));
            Assert.Equal(TimeSpan.FromMilliseconds(3), end.Timings.Total.ToTimeSpan());
        }

        Assert.Equal(6, events[^1].Completed.Usage.CompletionTokens);
        Assert.Single(events, e => e.Completed is not null);
        Assert.DoesNotContain(await tenant.Generate(new() { Prompt = "one", N = 1 }), e => e.AnswerCompleted is not null);
    }

    [Fact]
    public async Task Defaults_are_greedy_with_128_tokens()
    {
        var tenant = await _platform.NewTenant();

        await tenant.Generate(new() { Prompt = " ", RequestId = $"d-{tenant.Id}" });

        var seen = _platform.Engine.Requests[$"d-{tenant.Id}"];
        Assert.Equal(SamplingOptions.Greedy, seen.Sampling);
        Assert.Equal((128, 0, 0, 1, RequestPriority.Interactive), (seen.MaxTokens, seen.MinTokens, seen.Logprobs, seen.Answers, seen.Priority));
        Assert.Null(seen.Deadline);
    }

    [Fact]
    public async Task An_expert_answers_with_exactly_its_bytes()
    {
        var tenant = await _platform.NewTenant();
        var expert = await tenant.Upload("math", ExpertBytes.Of(1.25f));

        var events = await tenant.Generate(new() { Prompt = "x", Selection = Named("math"), RequestId = $"e-{tenant.Id}" });

        var selected = Assert.Single(events[0].Dispatched.Experts);
        Assert.Equal("expert", events[0].Dispatched.Strategy);
        Assert.Equal(($"tenants/{tenant.Id}/experts/math", expert.Digest, 1.0), (selected.Name, selected.Digest, selected.Weight));
        var vector = Assert.Single(_platform.Engine.Requests[$"e-{tenant.Id}"].Experts);
        Assert.Equal([1.25f, 1.25f, 1.25f, 1.25f], vector.Expert.Multipliers["a.weight"].ToArray());
    }

    [Fact]
    public async Task A_replaced_expert_answers_in_the_very_next_request()
    {
        var tenant = await _platform.NewTenant();
        await tenant.Upload("math", ExpertBytes.Of(1.25f));
        await tenant.Dispatch(Named("math"));
        var second = await tenant.Upload(new UploadExpertMetadata { ExpertId = "math", Overwrite = true }, [ExpertBytes.Of(2f)]);

        var events = await tenant.Generate(
            new() { Prompt = "x", Selection = Named($"tenants/{tenant.Id}/experts/math"), RequestId = $"p-{tenant.Id}" });

        Assert.Equal(second.Digest, Assert.Single(events[0].Dispatched.Experts).Digest);
        Assert.Equal(2f, _platform.Engine.Requests[$"p-{tenant.Id}"].Experts[0].Expert.Multipliers["a.weight"].Span[0]);
    }

    [Fact]
    public async Task A_mixture_is_resolved_with_its_weights_as_given()
    {
        var tenant = await _platform.NewTenant();
        await tenant.Upload("math", ExpertBytes.Of(1.25f));
        await tenant.Upload("code", ExpertBytes.Of(0.75f));
        var mixture = new V1.ExpertSelection
        {
            Mixture = new() { Terms = { Term("code", 0.25), Term("math", 1.5) } },
        };

        var explained = await tenant.Dispatch(mixture);
        await tenant.Generate(new() { Prompt = "x", Selection = mixture, RequestId = $"m-{tenant.Id}" });

        Assert.Equal("mixture", explained.Strategy);
        Assert.Equal([0.25, 1.5], explained.Experts.Select(expert => expert.Weight));
        var used = _platform.Engine.Requests[$"m-{tenant.Id}"].Experts;
        var composed = Assert.Single(used);
        Assert.Equal((0.25f * 0.75f) + (1.5f * 1.25f), composed.Expert.Multipliers["b.weight"].Span[0]);
    }

    [Theory]
    [InlineData(nameof(EngineError.PromptEmpty), StatusCode.InvalidArgument, ErrorReason.PromptEmpty)]
    [InlineData(nameof(EngineError.PromptTooLong), StatusCode.InvalidArgument, ErrorReason.PromptTooLong)]
    [InlineData(nameof(EngineError.PromptNotEncodable), StatusCode.InvalidArgument, ErrorReason.PromptNotEncodable)]
    [InlineData(nameof(EngineError.ChatTemplate), StatusCode.InvalidArgument, ErrorReason.ChatTemplate)]
    [InlineData(nameof(EngineError.InvalidLogitBias), StatusCode.InvalidArgument, ErrorReason.InvalidField)]
    [InlineData(nameof(EngineError.InvalidMixture), StatusCode.InvalidArgument, ErrorReason.InvalidMixture)]
    [InlineData(nameof(EngineError.Overloaded), StatusCode.ResourceExhausted, ErrorReason.Overloaded)]
    [InlineData(nameof(EngineError.DeadlineExceeded), StatusCode.DeadlineExceeded, ErrorReason.QueueTimeout)]
    [InlineData(nameof(EngineError.NonFiniteLogits), StatusCode.FailedPrecondition, ErrorReason.NonFiniteLogits)]
    [InlineData(nameof(EngineError.Unavailable), StatusCode.Unavailable, ErrorReason.EngineUnavailable)]
    public async Task A_refusal_of_the_engine_keeps_its_reason(string error, StatusCode status, string reason)
    {
        var tenant = await _platform.NewTenant();

        var refusal = await tenant.Generate(new() { Prompt = $"fail {error}" }).Refused(status, reason);

        Assert.Equal("The fake engine refuses.", refusal.Status.Detail);
        Assert.Equal(FakeEngine.RetryAfter, refusal.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan());
    }

    [Fact]
    public async Task A_generation_must_begin_before_the_calls_deadline()
    {
        var tenant = await _platform.NewTenant();
        var (begun, deadline) = (DateTime.UtcNow, DateTime.UtcNow.AddMinutes(5));

        using var call = _platform.Generation.Generate(new() { Prompt = "x", RequestId = $"t-{tenant.Id}" }, tenant.Headers, deadline);
        await call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        var start = _platform.Engine.Requests[$"t-{tenant.Id}"].Deadline!.Value.UtcDateTime;
        Assert.InRange(start, begun.AddMinutes(4), deadline);
    }

    [Fact]
    public async Task An_unexpected_failure_shows_nothing_of_the_server()
    {
        var tenant = await _platform.NewTenant();

        var refusal = await tenant.Generate(new() { Prompt = "crash" }).Refused(StatusCode.Internal, ErrorReason.Internal);

        Assert.Equal("An internal error occurred.", refusal.Status.Detail);
        Assert.DoesNotContain("secret", refusal.ToString(), StringComparison.Ordinal);
    }

    private static ChatMessage Message(string role, string content) => new() { Role = role, Content = content };

    private static V1.MixtureTerm Term(string expert, double weight) => new() { Expert = expert, Weight = weight };

    internal static V1.ExpertSelection Named(string name) => new() { Expert = new() { Name = name } };
}
