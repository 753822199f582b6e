using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Transformer2.Abstractions;
using Transformer2.Grains.Inference;
using Transformer2.Training.Tasks;
using Transformer2.V1;

namespace Transformer2.Gateway.Tests;

/// <summary>A tenant's reward service, real and over the wire, that does what it should and much else.</summary>
public class CallbackVerifierTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_that_are_judged_together_go_in_few_calls_and_each_gets_its_own_reward()
    {
        await using var service = await Service.Start((request, _) => Task.FromResult(new ScoreResponse { Rewards = { request.Answers.Select(Reward) } }));
        using var verifier = new CallbackVerifier(service.Address, new() { RewardPause = TimeSpan.Zero });

        var verdicts = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Judge(verifier, i)));

        Assert.All(verdicts.Index(), entry => Assert.Equal((entry.Index % 3 == 0, entry.Index % 3 == 0 ? 0.5 : -0.25), (entry.Item.IsRight, entry.Item.Reward)));
        Assert.InRange(service.Calls.Count, 2, 100);
        Assert.All(service.Calls, request => Assert.InRange(request.Answers.Count, 1, 256));
        var answer = service.Calls.First().Answers[0];
        Assert.Equal(("asked", $"reference {answer.QuestionId}"), (answer.Prompt, answer.Reference));

        static double Reward(ScoredAnswer answer) => int.Parse(answer.Answer) % 3 == 0 ? 0.5 : -0.25;
    }

    [Fact]
    public async Task A_call_that_fails_is_repeated()
    {
        var calls = 0;
        await using var service = await Service.Start((_, _) => ++calls < 3 ? throw new InvalidOperationException() : Task.FromResult(new ScoreResponse { Rewards = { 1 } }));
        using var verifier = new CallbackVerifier(service.Address, new() { RewardPause = TimeSpan.Zero });

        Assert.True((await Judge(verifier, 0)).IsRight);
        Assert.Equal(3, calls);
    }

    [Theory]
    [InlineData("throws", "CALL", 4)]
    [InlineData("hangs", "TIMEOUT", 4)]
    [InlineData("too many", "COUNT", 1)]
    [InlineData("none", "COUNT", 1)]
    [InlineData("NaN", "NOT_FINITE", 1)]
    [InlineData("infinite", "NOT_FINITE", 1)]
    [InlineData("too high", "RANGE", 1)]
    [InlineData("huge", "CALL", 4)]
    public async Task What_is_no_reward_is_a_clear_failure(string fault, string cause, int calls)
    {
        await using var service = await Service.Start(async (_, cancelled) =>
        {
            if (fault == "hangs")
                await Task.Delay(Timeout.Infinite, cancelled);
            return fault switch
            {
                "too many" => new ScoreResponse { Rewards = { 1, 1 } },
                "none" => new ScoreResponse(),
                "NaN" => new ScoreResponse { Rewards = { double.NaN } },
                "infinite" => new ScoreResponse { Rewards = { double.PositiveInfinity } },
                "too high" => new ScoreResponse { Rewards = { 1.01 } },
                "huge" => new ScoreResponse { Rewards = { new double[100_000] } },
                _ => throw new InvalidOperationException("my secret"),
            };
        });
        using var verifier = new CallbackVerifier(service.Address, new() { RewardPause = TimeSpan.Zero, RewardTimeout = TimeSpan.FromMilliseconds(300) });

        var failure = await Assert.ThrowsAsync<VerificationException>(() => Judge(verifier, 0));

        var refusal = Assert.IsType<PlatformException>(failure.InnerException);
        Assert.Equal((ErrorReason.RewardFailed, cause), (refusal.Reason, refusal.Metadata["cause"]));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(calls, service.Calls.Count);
        Assert.Equal(refusal, AdaptationFaults.RefusalOf(failure));
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_a_failure()
    {
        using var verifier = new CallbackVerifier(new("http://127.0.0.1:1"), new() { RewardPause = TimeSpan.Zero });

        var failure = await Assert.ThrowsAsync<VerificationException>(() => Judge(verifier, 0));

        Assert.Equal("CALL", Assert.IsType<PlatformException>(failure.InnerException).Metadata["cause"]);
    }

    private static Task<Verdict> Judge(CallbackVerifier verifier, int number) =>
        verifier.Verify(new TaskQuestion($"{number}", [new Tokenization.ChatMessage("user", "asked")], $"reference {number}"), $"{number}", Token).AsTask();

    private sealed class Service(WebApplication app, ConcurrentQueue<ScoreRequest> calls) : IAsyncDisposable
    {
        public Uri Address { get; } = new(app.Urls.First());

        public ConcurrentQueue<ScoreRequest> Calls => calls;

        public static async Task<Service> Start(Func<ScoreRequest, CancellationToken, Task<ScoreResponse>> score)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
            builder.Services.AddGrpc();
            var calls = new ConcurrentQueue<ScoreRequest>();
            builder.Services.AddSingleton(new Scores(score, calls));
            var app = builder.Build();
            app.MapGrpcService<Endpoint>();
            await app.StartAsync(Token);
            return new(app, calls);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }

    private sealed record Scores(Func<ScoreRequest, CancellationToken, Task<ScoreResponse>> Score, ConcurrentQueue<ScoreRequest> Calls);

    private sealed class Endpoint(Scores scores) : RewardService.RewardServiceBase
    {
        public override Task<ScoreResponse> Score(ScoreRequest request, ServerCallContext context)
        {
            scores.Calls.Enqueue(request);
            return scores.Score(request, context.CancellationToken);
        }
    }
}
