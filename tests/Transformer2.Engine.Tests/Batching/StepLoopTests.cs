using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Batching;

public sealed class StepLoopTests : IDisposable
{
    private const int Context = 64;
    private readonly ITokenizer _tokenizer;
    private readonly List<Request> _requests = [];
    private readonly WaitingQueue _waiting = new(1000);

    public StepLoopTests(EngineFixture fixture) => _tokenizer = TokenizerFile.Load(fixture.ModelDirectory);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 8)]
    [InlineData(5, 5)]
    [InlineData(6, 5, true)]
    public void Whoever_comes_and_goes_every_row_follows_its_sequence(int seed, int rows, bool unreliable = false)
    {
        var random = new Random(seed);
        var (failures, inARow) = (0, 0);
        using var runner = new CheckingRunner(rows, () =>
        {
            inARow = unreliable && inARow < 2 && random.Next(5) == 0 ? inARow + 1 : 0;
            failures += Math.Min(1, inARow);
            if (inARow > 0) throw new InvalidOperationException("Once in a while.");
        });
        var loop = Loop(new RetryingRunner(runner, NullLogger.Instance), rows, prefillChunk: 4);
        for (var step = 0; step < 2000; step++)
        {
            if (random.Next(3) == 0) Submit(promptLength: random.Next(1, 20), maxTokens: random.Next(1, 15));
            if (_requests.Count > 0 && random.Next(4) == 0) _requests[random.Next(_requests.Count)].Cancel();
            loop.Step();
            Assert.InRange(loop.Running, 0, rows);
            Assert.All(runner.Rows.Skip(loop.Running), Assert.Empty);
            var open = _requests.Where(request => !request.HasEnded).ToArray();
            Assert.All(runner.Rows.Take(loop.Running), row => Assert.Contains(open, request => row.Zip(request.Prompt).All(pair => pair.First == pair.Second)));
        }

        while (loop.Running + _waiting.Count > 0) loop.Step();
        Assert.Equal(unreliable, failures > 100);
        Assert.Equal(0, runner.Acquired);
        Assert.All(runner.Rows, Assert.Empty);
        Assert.All(_requests, AssertAnswer);
        Assert.True(_requests.Count(request => request.IsCancelled) is > 50 and var cancelled && cancelled < _requests.Count - 50);

        static void AssertAnswer(Request request)
        {
            Assert.True(request.HasEnded);
            var events = request.Events;
            var ids = events.OfType<TextDelta>().SelectMany(delta => delta.TokenIds).ToArray();
            var whole = events.OfType<GenerationCompleted>().Any();
            var length = whole ? request.MaxTokens : ids.Length;
            Assert.Equal(CheckingRunner.Answer(request.Prompt, length), ids);
            Assert.True(whole || request.IsCancelled);
        }
    }

    [Fact]
    public void A_long_prompt_does_not_hold_up_the_others()
    {
        using var runner = new CheckingRunner(3);
        var loop = Loop(runner, rows: 3, prefillChunk: 4);
        var early = Submit(promptLength: 4, maxTokens: 50);
        loop.Step();
        var before = Tokens(early);
        var slow = Submit(promptLength: 40, maxTokens: 5);

        for (var step = 1; step <= 9; step++)
        {
            loop.Step();
            Assert.Equal(before + step, Tokens(early));
            Assert.Empty(slow.Events);
        }

        loop.Step(); // the tenth piece
        Assert.NotEmpty(slow.Events);

        static int Tokens(Request request) => request.Events.OfType<TextDelta>().Sum(delta => delta.TokenIds.Count);
    }

    [Fact]
    public void An_answer_that_cannot_be_put_into_text_fails_alone()
    {
        using var runner = new CheckingRunner(2);
        var loop = Loop(runner, rows: 2, prefillChunk: 64);
        var healthy = Submit(promptLength: 2, maxTokens: 5);
        using var broken = new Request([1, 2, 3], maxTokens: 5, _tokenizer, stop: [null!]);
        _waiting.Add(broken.Sequence);

        while (!healthy.HasEnded || loop.Running > 0) loop.Step();

        Assert.True(broken.HasEnded);
        Assert.IsType<ArgumentNullException>(broken.Sequence.Events.Completion.Exception?.InnerException);
        Assert.IsType<GenerationCompleted>(healthy.Events[^1]);
    }

    [Fact]
    public void A_failure_that_lasts_is_not_hidden()
    {
        using var runner = new RetryingRunner(new CheckingRunner(1, () => throw new InvalidOperationException("Always.")), NullLogger.Instance);
        Assert.Throws<InvalidOperationException>(() => runner.Prefill(0, 0, [1], promptLength: 1, expert: null));
    }

    [Fact]
    public void Rows_are_given_first_come_first_served()
    {
        using var runner = new CheckingRunner(1);
        var loop = Loop(runner, rows: 1, prefillChunk: 64);
        var requests = Enumerable.Range(0, 6).Select(_ => Submit(promptLength: 2, maxTokens: 2)).ToArray();
        for (var served = 0; served < requests.Length; served++)
        {
            while (!requests[served].HasEnded) loop.Step();
            Assert.DoesNotContain(requests[(served + 1)..], request => request.HasEnded);
        }
    }

    [Fact]
    public void A_cancelled_request_leaves_the_queue_though_no_row_is_free()
    {
        using var runner = new CheckingRunner(1);
        var loop = Loop(runner, rows: 1, prefillChunk: 64);
        var running = Submit(promptLength: 2, maxTokens: 40);
        var next = Submit(promptLength: 2, maxTokens: 1);
        var cancelled = Submit(promptLength: 2, maxTokens: 1);
        loop.Step();

        cancelled.Cancel();
        loop.Step();

        Assert.Equal(1, _waiting.Count);
        Assert.True(cancelled.HasEnded);
        Assert.False(running.HasEnded || next.HasEnded);
    }

    [Fact]
    public void A_prompt_cancelled_half_way_frees_its_row()
    {
        using var runner = new CheckingRunner(2);
        var loop = Loop(runner, rows: 2, prefillChunk: 4);
        var running = Submit(promptLength: 2, maxTokens: 40);
        loop.Step();
        var half = Submit(promptLength: 40, maxTokens: 1);
        loop.Step();
        Assert.Equal(2, loop.Running);

        half.Cancel();
        loop.Step();

        Assert.Equal(1, loop.Running);
        Assert.Empty(runner.Rows[1]);
        Assert.False(running.HasEnded);
    }

    public void Dispose()
    {
        foreach (var request in _requests) request.Dispose();
    }

    private StepLoop Loop(IModelRunner runner, int rows, int prefillChunk) => new(
        _waiting, runner, new EngineOptions { ModelDirectory = "", MaxSequences = rows, PrefillChunk = prefillChunk }, Context, new HashSet<int> { 63 }, NullLogger.Instance);

    private Request Submit(int promptLength, int maxTokens)
    {
        // Every prompt is different, so that rows cannot be mistaken for each other.
        var number = _requests.Count;
        var request = new Request([.. Enumerable.Range(0, promptLength).Select(i => ((number * 37) + (i * i * 11)) % 61)], maxTokens, _tokenizer);
        _requests.Add(request);
        _waiting.Add(request.Sequence);
        return request;
    }
}
