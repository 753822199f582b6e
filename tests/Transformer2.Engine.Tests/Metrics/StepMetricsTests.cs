using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Transformer2.Engine.Tests.Scheduling;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Metrics;

/// <summary>A step loop over a runner without a model, in which every computation takes a quarter of a second.</summary>
public sealed class StepMetricsTests : IDisposable
{
    private static readonly TimeSpan RunTime = TimeSpan.FromSeconds(0.25);
    private readonly ITokenizer _tokenizer;
    private readonly FakeTimeProvider _time = new();
    private readonly WaitingQueue _waiting;
    private readonly EngineMetrics _metrics = new(100, () => new EngineStatus(3, 2, 8, 5, 25, 100, false));
    private readonly Measured _measured;
    private readonly SlowRunner _runner;
    private readonly ExpertBank _bank;

    public StepMetricsTests(EngineFixture fixture)
    {
        _tokenizer = TokenizerFile.Load(fixture.ModelDirectory);
        _waiting = new WaitingQueue(100, _time);
        _measured = new Measured(_metrics);
        _runner = new SlowRunner(() => _time.Advance(RunTime));
        _bank = new ExpertBank(_runner.Load, capacity: 2);
    }

    [Fact]
    public void A_request_is_measured_from_submission_to_its_end()
    {
        var loop = Loop(rows: 2);
        using var request = Submit([1, 2, 3, 4, 5], maxTokens: 4, Request.Any with { Tenant = "acme", ExpertLabel = "math" });
        _time.Advance(TimeSpan.FromSeconds(2));

        for (var step = 0; step < 4; step++) loop.Step();

        Assert.True(request.HasEnded);
        Assert.Equal([2], _measured.Values("t2.request_queue_time"));
        Assert.Equal([2.25], _measured.Values("t2.time_to_first_token"));
        Assert.Equal([0.25, 0.25, 0.25], _measured.Values("t2.time_per_output_token"));
        Assert.Equal([3], _measured.Values("t2.e2e_request_latency"));
        Assert.Equal([0.25, 0.25, 0.25, 0.25], _measured.Values("t2.step_duration"));
        Assert.Equal([1, 1, 1, 1], _measured.Values("t2.step_rows"));
        Assert.Equal([5, 0, 0, 0], _measured.Values("t2.step_prompt_tokens"));
        var counts = _measured.Observe();
        Assert.Equal((5, 4), (counts["t2.prompt_tokens{acme,math}"], counts["t2.generation_tokens{acme,math}"]));
        Assert.Equal((0, 1, 0, 0), Ends(counts));
    }

    [Fact]
    public void The_steps_of_a_prompt_in_pieces_count_what_they_compute()
    {
        var loop = Loop(rows: 2, promptTokens: 8);
        using var request = Submit([.. Enumerable.Range(0, 20)], maxTokens: 2);

        while (!request.HasEnded) loop.Step();

        Assert.Equal([8, 8, 4, 0], _measured.Values("t2.step_prompt_tokens"));
        Assert.Equal([0.75], _measured.Values("t2.time_to_first_token"));
    }

    [Fact]
    public void Every_request_ends_in_one_way()
    {
        int[] prompt = [7, 8, 9];
        var answer = CheckingRunner.Answer(prompt, 6);
        var end = answer[3];
        var loop = Loop(rows: 1, end: end);
        using var stopped = Submit(prompt, maxTokens: 20);
        while (!stopped.HasEnded) loop.Step();
        var length = Array.IndexOf(answer, end);
        Assert.Equal(length, _measured.Observe()["t2.generation_tokens{,base}"]);
        Assert.Equal((1, 0, 0, 0), Ends(_measured.Observe()));

        using var running = Submit([1], maxTokens: 50, Request.Any with { IgnoreEndOfAnswer = true });
        using var late = Submit([1], maxTokens: 1, Request.Any with { Deadline = _time.GetUtcNow() + RunTime });
        using var waiting = Submit([1], maxTokens: 1);
        loop.Step();
        loop.Step();
        waiting.Cancel();
        running.Cancel();
        loop.Step();

        Assert.True(running.HasEnded && late.HasEnded && waiting.HasEnded);
        Assert.Equal((1, 0, 2, 1), Ends(_measured.Observe()));
        Assert.Single(_measured.Values("t2.e2e_request_latency"));
        Assert.Equal(2, _measured.Values("t2.request_queue_time").Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_for_several_answers_is_one(bool cancelled)
    {
        var loop = Loop(rows: 2);
        using var request = Submit([.. Enumerable.Range(0, 20)], maxTokens: 4, Request.Any with { Answers = 3 });
        loop.Step();
        loop.Step();
        if (cancelled) request.Cancel();
        while (loop.Running + _waiting.Count > 0) loop.Step();

        Assert.Equal(cancelled ? (0, 0, 1, 0) : (0, 1, 0, 0), Ends(_measured.Observe()));
        Assert.Equal(cancelled ? 0 : 1, _measured.Values("t2.e2e_request_latency").Length);
        Assert.Single(_measured.Values("t2.time_to_first_token"));
        Assert.Equal([20], _measured.Values("t2.prefix_cache_queries"));
        var counts = _measured.Observe();
        Assert.Equal((20, cancelled ? 2 : 12), (counts["t2.prompt_tokens{,base}"], counts["t2.generation_tokens{,base}"]));
        Assert.Equal(cancelled ? 1 : 9, _measured.Values("t2.time_per_output_token").Length);
    }

    [Fact]
    public void What_is_found_of_a_prompt_is_counted()
    {
        var loop = Loop(rows: 1, promptTokens: 64);
        for (var i = 0; i < 2; i++)
        {
            using var request = Submit([.. Enumerable.Range(0, 50)], maxTokens: 1);
            while (!request.HasEnded) loop.Step();
        }

        Assert.Equal([50, 50], _measured.Values("t2.prefix_cache_queries"));
        Assert.Equal([0, 32], _measured.Values("t2.prefix_cache_hits"));
        Assert.Equal([50, 18], _measured.Values("t2.step_prompt_tokens"));
        Assert.Equal(100, _measured.Observe()["t2.prompt_tokens{,base}"]);
    }

    [Fact]
    public void Gauges_show_the_status()
    {
        var now = _measured.Observe();

        Assert.Equal((2, 3), (now["t2.num_requests_running"], now["t2.num_requests_waiting"]));
        Assert.Equal((0.25, 5), (now["t2.kv_cache_usage_perc"], now["t2.resident_experts"]));
    }

    public void Dispose()
    {
        _bank.Dispose();
        _runner.Dispose();
        _measured.Dispose();
        _metrics.Dispose();
    }

    private static (double Stop, double Length, double Abort, double Error) Ends(IReadOnlyDictionary<string, double> counts) => (
        counts["t2.request_success{stop}"], counts["t2.request_success{length}"], counts["t2.request_success{abort}"], counts["t2.request_success{error}"]);

    private StepLoop Loop(int rows, int promptTokens = 64, int end = 63)
    {
        var limits = new SchedulerLimits(rows, promptTokens, sequence => PrefixKey.Root("", sequence.Request.Tenant, sequence.Expert.Digest, rotaryLength: 0));
        var scheduler = new Scheduler(_waiting, _bank, new BlockPool(64, _runner.Clear), limits);
        return new StepLoop(_waiting, scheduler, _runner, contextLength: 128, new HashSet<int> { end }, _time, NullLogger.Instance, _metrics);
    }

    private Request Submit(int[] prompt, int maxTokens, GenerationRequest? like = null)
    {
        var request = new Request(prompt, maxTokens, _tokenizer, like: like, time: _time, metrics: _metrics);
        _waiting.Add(request.Sequence);
        return request;
    }

    private sealed class SlowRunner(Action run) : IModelRunner
    {
        private readonly CheckingRunner _inner = new();

        public int VocabularySize => _inner.VocabularySize;

        public ResidentExpert Load(ExpertVector expert) => _inner.Load(expert);

        public Span<float> Run(IReadOnlyList<Piece> pieces)
        {
            run();
            return _inner.Run(pieces);
        }

        public void Clear(int block) => _inner.Clear(block);

        public void Dispose() => _inner.Dispose();
    }
}
