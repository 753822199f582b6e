using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Transformer2.Experts;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Scheduling;

public sealed class StepLoopTests : IDisposable
{
    private const int Context = 256;
    private readonly ITokenizer _tokenizer;
    private readonly List<Request> _requests = [];
    private Func<ExpertVector, ResidentExpert?> _findMerged = _ => null;
    private ExpertBank _bank = null!;
    private BlockPool _pool = null!;
    private readonly FakeTimeProvider _time = new();
    private readonly WaitingQueue _waiting;

    public StepLoopTests(EngineFixture fixture)
    {
        _tokenizer = TokenizerFile.Load(fixture.ModelDirectory);
        _waiting = new WaitingQueue(1000, _time);
    }

    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(2, 2, 8)]
    [InlineData(3, 3, 6)]
    [InlineData(4, 8, 40)]
    [InlineData(5, 5, 9)]
    [InlineData(6, 5, 20, true)]
    public void Whoever_comes_and_goes_every_row_follows_its_sequence(int seed, int rows, int blocks, bool unreliable = false)
    {
        var random = new Random(seed);
        var (failures, inARow) = (0, 0);
        using var runner = new CheckingRunner(() =>
        {
            inARow = unreliable && inARow < 2 && random.Next(5) == 0 ? inARow + 1 : 0;
            failures += Math.Min(1, inARow);
            if (inARow > 0) throw new InvalidOperationException("Once in a while.");
        });
        var loop = Loop(new RetryingRunner(runner, NullLogger.Instance), rows, prefillChunk: 4, blocks);
        for (var step = 0; step < 2000; step++)
        {
            var answers = random.Next(10) == 0 ? random.Next(2, 5) : 1;
            if (random.Next(3) == 0) Submit(random.Next(1, 70), random.Next(1, 15), beginning: random.Next(4), expert: random.Next(3), answers);
            if (_requests.Count > 0 && random.Next(4) == 0) _requests[random.Next(_requests.Count)].Cancel();
            loop.Step();
            Assert.InRange(loop.Running, 0, rows);
            Assert.InRange(runner.MostRows, 0, rows);
            Assert.True(_pool.Available >= 0);
        }

        while (loop.Running + _waiting.Count > 0) loop.Step();
        Assert.Equal(unreliable, failures > 100);
        Assert.Equal(blocks, _pool.Available);
        Assert.Equal(_pool.Kept, runner.Blocks.Count); // what nobody can find is gone
        Assert.InRange(runner.Loaded, 1, 2);
        Assert.All(_requests, AssertAnswer);
        Assert.True(_requests.Count(request => request.IsCancelled) is > 50 and var cancelled && cancelled < _requests.Count - 50);
        Assert.True(blocks < 20 || _requests.Any(request => request.Events.OfType<GenerationCompleted>().Any(completed => completed.Usage.CachedPromptTokens > 0)));

        static void AssertAnswer(Request request)
        {
            Assert.True(request.HasEnded);
            var events = request.Events;
            var whole = events.OfType<GenerationCompleted>().Any();
            Assert.True(whole || request.IsCancelled);
            for (var answer = 0; answer < request.Sequence.Request.Answers; answer++)
            {
                var ids = Ids(events, answer);
                Assert.Equal(CheckingRunner.Answer(request.Prompt, whole ? request.MaxTokens : ids.Length), ids);
            }
        }
    }

    [Fact]
    public void A_long_prompt_does_not_hold_up_the_others()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 3, prefillChunk: 4);
        var early = Submit(promptLength: 4, maxTokens: 50);
        loop.Step();
        loop.Step(); // one that only decodes, by which those with prompt tokens are measured
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
    public void An_answer_that_cannot_be_drawn_fails_alone()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 2, prefillChunk: 64);
        var healthy = Submit(promptLength: 2, maxTokens: 5);
        var outside = new SamplingOptions { LogitBias = new Dictionary<int, double> { [runner.VocabularySize] = 1 } };
        using var broken = new Request([1, 2, 3], maxTokens: 5, _tokenizer, like: Request.Any with { Sampling = outside });
        _waiting.Add(broken.Sequence);

        while (!healthy.HasEnded || loop.Running > 0) loop.Step();

        Assert.True(broken.HasEnded);
        Assert.IsType<IndexOutOfRangeException>(broken.Sequence.Events.Completion.Exception?.InnerException);
        Assert.IsType<GenerationCompleted>(healthy.Events[^1]);
    }

    [Fact]
    public void A_failure_that_lasts_is_not_hidden()
    {
        using var runner = new RetryingRunner(new CheckingRunner(() => throw new InvalidOperationException("Always.")), NullLogger.Instance);
        Assert.Throws<InvalidOperationException>(() => runner.Run([new Piece(new Row([1]), 1)]).Length);
    }

    [Fact]
    public void Rows_are_given_first_come_first_served()
    {
        using var runner = new CheckingRunner();
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
        using var runner = new CheckingRunner();
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
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 2, prefillChunk: 4);
        var running = Submit(promptLength: 2, maxTokens: 40);
        loop.Step();
        var half = Submit(promptLength: 40, maxTokens: 1);
        loop.Step();
        Assert.Equal(2, loop.Running);

        half.Cancel();
        loop.Step();

        Assert.Equal(1, loop.Running);
        Assert.Single(runner.Blocks); // the other's
        Assert.False(running.HasEnded);
    }

    public void Dispose()
    {
        foreach (var request in _requests) request.Dispose();
        _bank?.Dispose();
    }

    [Fact]
    public void A_row_that_cannot_be_computed_fails_alone()
    {
        // What fails is recognised by its expert, as an expert that libtorch chokes on would.
        using var runner = new PickyRunner(TinyModelFolder.Expert(1));
        var loop = Loop(runner, rows: 3, prefillChunk: 64);
        var healthy = Submit(promptLength: 5, maxTokens: 8);
        var bad = Submit(promptLength: 5, maxTokens: 8, expert: 1);
        var also = Submit(promptLength: 5, maxTokens: 8, expert: 2);

        while (loop.Running + _waiting.Count > 0) loop.Step();

        Assert.Equal(EngineError.Unavailable, Assert.IsType<EngineException>(Failure(bad)).Reason);
        Assert.IsType<GenerationCompleted>(healthy.Events[^1]);
        Assert.IsType<GenerationCompleted>(also.Events[^1]);
    }

    [Fact]
    public void An_engine_that_computes_nothing_any_more_ends()
    {
        using var runner = new PickyRunner(poison: null);
        var loop = Loop(runner, rows: 1, prefillChunk: 64);
        for (var i = 0; i < 3; i++) Submit(promptLength: 3, maxTokens: 2);
        loop.Step();
        loop.Step();
        Assert.Throws<InvalidOperationException>(loop.Step);
    }

    [Fact]
    public void A_request_whose_deadline_passes_in_the_queue_never_runs()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 1, prefillChunk: 64);
        var running = Submit(promptLength: 2, maxTokens: 40);
        using var late = new Request([1, 2], 1, _tokenizer, like: Request.Any with { Deadline = _time.GetUtcNow().AddSeconds(5) }, time: _time);
        _waiting.Add(late.Sequence);
        loop.Step();
        Assert.False(late.HasEnded);

        _time.Advance(TimeSpan.FromSeconds(6));
        loop.Step();

        Assert.Equal(EngineError.DeadlineExceeded, Assert.IsType<EngineException>(Failure(late)).Reason);
        Assert.False(running.HasEnded);
    }

    [Fact]
    public void A_tenants_prompts_share_what_they_begin_with_and_nobody_elses()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 4, prefillChunk: 256, blocks: 100);
        const int Block = Scheduler.BlockTokens;
        int[] prompt = [.. Enumerable.Range(0, (4 * Block) - 10).Select(i => i * 7 % 61)];
        Assert.Equal(0, Cached("a", prompt));
        Assert.Equal(3 * Block, Cached("a", prompt));
        Assert.Equal(2 * Block, Cached("a", [.. prompt[..((2 * Block) + 8)], 1, 2, 3]));
        Assert.Equal(0, Cached("a", [5, .. prompt]));
        Assert.Equal(0, Cached("b", prompt));
        Assert.Equal(3 * Block, Cached("b", prompt));
        Assert.Equal(0, Cached("a", prompt, expert: 1));
        Assert.Equal(3 * Block, Cached("a", prompt, expert: 1));
        // An answer is part of the next prompt of a conversation. The prompt's last token is always computed.
        Assert.Equal(4 * Block, Cached("a", [.. prompt, .. CheckingRunner.Answer(prompt, 20), 9]));
        Assert.Equal(2 * Block, Cached("a", prompt[..(3 * Block)]));

        int Cached(string tenant, int[] tokens, int expert = 0)
        {
            using var request = new Request(
                tokens, 20, _tokenizer, like: Request.Any with { Tenant = tenant }, expert: expert == 0 ? null : TinyModelFolder.Expert(expert));
            _waiting.Add(request.Sequence);
            while (!request.HasEnded) loop.Step();
            Assert.Equal(CheckingRunner.Answer(tokens, 20), request.Events.OfType<TextDelta>().SelectMany(delta => delta.TokenIds));
            return Assert.IsType<GenerationCompleted>(request.Events[^1]).Usage.CachedPromptTokens;
        }
    }

    [Fact]
    public void Several_answers_compute_their_prompt_once()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 3, prefillChunk: 64); // fewer rows than answers
        var request = Submit(promptLength: 50, maxTokens: 5, answers: 4);
        var other = Submit(promptLength: 2, maxTokens: 1);

        while (!request.HasEnded) loop.Step();

        // Of the first answer 50 + 4 tokens go into the cache, of each other one the 18 behind the prompt's full block, and 4.
        Assert.Equal(54 + (3 * 22) + 2, runner.Computed.Tokens);
        Assert.All(Enumerable.Range(0, 4), answer => Assert.Equal(CheckingRunner.Answer(request.Prompt, 5), Ids(request.Events, answer)));
        var ends = request.Events.OfType<AnswerCompleted>().ToArray();
        Assert.Equal([0, 1, 2, 3], ends.Select(end => end.Answer).Order());
        Assert.All(ends, end => Assert.Equal((FinishReason.Length, 5), (end.FinishReason, end.CompletionTokens)));
        var completed = Assert.IsType<GenerationCompleted>(request.Events[^1]);
        Assert.Single(request.Events.OfType<GenerationCompleted>());
        Assert.Equal(new TokenUsage(50, 20), completed.Usage);
        Assert.Equal(ends.Max(end => end.Timings.Total), completed.Timings.Total);
        Assert.True(other.HasEnded);
        Assert.Equal(0, loop.Running);
        // After the last delta of an answer comes its end.
        foreach (var end in ends)
            Assert.True(request.Events.Index().Last(entry => entry.Item is TextDelta && entry.Item.Answer == end.Answer).Index < request.Events.ToList().IndexOf(end));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Several_answers_end_together_when_nobody_waits_or_one_fails(bool cancelled)
    {
        var failures = 0;
        using var runner = new CheckingRunner(() =>
        {
            if (failures > 0 && failures-- > 0) throw new InvalidOperationException("The row is broken.");
        });
        var loop = Loop(runner, rows: 3, prefillChunk: 64);
        var request = Submit(promptLength: 20, maxTokens: 40, answers: 5);
        for (var step = 0; step < 4; step++) loop.Step();
        Assert.Equal((3, 2), (loop.Running, _waiting.Count));

        if (cancelled) request.Cancel();
        else failures = 2; // the step, and then its first row
        loop.Step();
        loop.Step();

        Assert.Equal((0, 0), (loop.Running, _waiting.Count));
        Assert.True(request.HasEnded);
        Assert.Equal(!cancelled, Failure(request) is EngineException { Reason: EngineError.Unavailable });
        Assert.DoesNotContain(request.Events, happened => happened is GenerationCompleted);
        Assert.Equal(_pool.Count, _pool.Available);
    }

    [Fact]
    public void Answers_that_have_not_begun_end_when_the_queue_is_closed()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 1, prefillChunk: 8);
        var request = Submit(promptLength: 10, maxTokens: 1, answers: 2);
        loop.Step(); // a part of the prompt
        _waiting.Close();
        loop.Step(); // the rest, and the first answer

        Assert.True(request.HasEnded);
        Assert.Equal(EngineError.Unavailable, Assert.IsType<EngineException>(Failure(request)).Reason);
    }

    [Fact]
    public void Answers_that_begin_later_take_the_form_of_the_first_one_even_if_newcomers_get_another()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 1, prefillChunk: 64);
        var request = Submit(promptLength: 10, maxTokens: 3, expert: 1, answers: 3);
        var cancelled = Submit(promptLength: 10, maxTokens: 3, expert: 1, answers: 3);
        loop.Step();
        var first = request.Sequence.Row.Expert!;
        var merged = runner.Load(TinyModelFolder.Expert(1));
        _findMerged = _ => merged;

        while (!request.HasEnded)
        {
            Assert.Equal(0, merged.Users);
            loop.Step();
        }

        Assert.Equal(0, first.Users);
        while (cancelled.Sequence.Row.Expert is null) loop.Step();
        Assert.Same(merged, cancelled.Sequence.Row.Expert);
        cancelled.Cancel();
        loop.Step();
        Assert.Equal((0, 0), (loop.Running, merged.Users));
    }

    [Fact]
    public void A_deadline_is_for_the_beginning()
    {
        using var runner = new CheckingRunner();
        var loop = Loop(runner, rows: 1, prefillChunk: 64);
        using var request = new Request([1, 2], 5, _tokenizer, like: Request.Any with { Deadline = _time.GetUtcNow().AddSeconds(5), Answers = 2 }, time: _time);
        _waiting.Add(request.Sequence);
        loop.Step();
        _time.Advance(TimeSpan.FromSeconds(6));
        while (!request.HasEnded) loop.Step();

        Assert.Equal(10, Assert.IsType<GenerationCompleted>(request.Events[^1]).Usage.CompletionTokens);
    }

    private static int[] Ids(IEnumerable<GenerationEvent> events, int answer) =>
        [.. events.OfType<TextDelta>().Where(delta => delta.Answer == answer).SelectMany(delta => delta.TokenIds)];

    private static Exception? Failure(Request request)
    {
        Assert.True(request.HasEnded);
        return request.Sequence.Events.Completion.Exception?.InnerException;
    }

    private StepLoop Loop(IModelRunner runner, int rows, int prefillChunk, int blocks = 64)
    {
        _bank = new ExpertBank(runner.Load, capacity: 2, expert => _findMerged(expert));
        _pool = new BlockPool(blocks, runner.Clear);
        var limits = new SchedulerLimits(
            rows, prefillChunk, sequence => PrefixKey.Root("", sequence.Request.Tenant, sequence.Expert.Digest, rotaryLength: 0));
        return new StepLoop(_waiting, new Scheduler(_waiting, _bank, _pool, limits), runner, Context, new HashSet<int> { 63 }, _time, NullLogger.Instance);
    }

    // Every prompt is different, so that rows cannot be mistaken for each other, but for those with the same beginning, which share 40 tokens.
    private Request Submit(int promptLength, int maxTokens, int beginning = 0, int expert = 0, int answers = 1)
    {
        var number = _requests.Count;
        var prompt = Enumerable.Range(0, promptLength).Select(i => i < 40 && beginning > 0 ? (beginning + (i * i)) % 61 : ((number * 37) + (i * i * 11)) % 61);
        var like = Request.Any with { Answers = answers };
        var request = new Request([.. prompt], maxTokens, _tokenizer, like: like, expert: expert == 0 ? null : TinyModelFolder.Expert(expert), time: _time);
        _requests.Add(request);
        _waiting.Add(request.Sequence);
        return request;
    }

    private sealed class PickyRunner(ExpertVector? poison) : IModelRunner
    {
        private readonly CheckingRunner _inner = new();

        public int VocabularySize => _inner.VocabularySize;

        public ResidentExpert Load(ExpertVector expert) => _inner.Load(expert);

        public Span<float> Run(IReadOnlyList<Piece> pieces) =>
            pieces.Any(piece => IsPoison(piece.Row.Expert?.Vector)) ? throw new InvalidOperationException("Poison.") : _inner.Run(pieces);

        public void Clear(int block) => _inner.Clear(block);

        public void Dispose() => _inner.Dispose();

        private bool IsPoison(ExpertVector? expert) => (expert ?? ExpertVector.Identity).Digest == (poison ?? ExpertVector.Identity).Digest;
    }
}
