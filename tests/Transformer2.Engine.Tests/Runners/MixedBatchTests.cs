using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Transformer2.Engine.Tests.Scheduling;
using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using Transformer2.Tokenization;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>
/// No result depends on who else is in the batch: whoever joins, leaves or is cancelled, with whatever experts and mixtures, however prompts are cut and
/// whatever of them is found in the cache, every row's logits are those that it has alone.
/// </summary>
public sealed class MixedBatchTests(EngineFixture fixture)
{
    private const int Population = 48;
    private const int Context = 256;
    private readonly ITokenizer _tokenizer = TokenizerFile.Load(fixture.ModelDirectory);

    [Theory]
    [InlineData("simd", "float32", "none", 1000, 0)]
    [InlineData("simd", "bfloat16", "none", 200, 0)]
    [InlineData("simd", "float32", "int8", 200, 0)]
    [InlineData("torch", "float32", "none", 60, 1e-5)]
    public void Every_answer_is_what_it_is_alone(string runnerName, string dtype, string quantization, int batches, double tolerance)
    {
        var inner = Create(runnerName, dtype, quantization);
        using var runner = new RecordingRunner(inner);
        var random = new Random(1);
        var requests = Enumerable.Range(0, Population).Select(i => Description.Random(random, i)).ToArray();
        var copies = inner is SimdModelRunner simd ? Copies(simd, requests) : [];

        // Alone in each form that there is; copies come and go while a batch runs.
        var alone = new Dictionary<(int, string), IReadOnlyList<float[]>>();
        foreach (var merged in new[] { false, true })
        {
            runner.Merged = merged ? expert => copies.GetValueOrDefault(expert.Digest) : null;
            foreach (var (number, request) in requests.Index())
            {
                var (logits, formKey) = Alone(runner, request);
                alone[(number, formKey)] = logits;
            }
        }

        runner.Merged = expert => random.Next(2) == 0 ? copies.GetValueOrDefault(expert.Digest) : null;
        Assert.Equal(runnerName == "simd" ? [ExpertForm.Base, ExpertForm.Factored, ExpertForm.Delta, ExpertForm.Merged] : [], runner.Forms);
        Assert.True(alone.Values.Select(logits => string.Join(',', logits[^1].Take(5))).Distinct().Count() > Population / 2, "The requests really differ.");

        var (compared, cached, comparedMerged) = (0, 0, 0);
        for (var batch = 0; batch < batches; batch++)
        {
            using var engine = new Driver(runner, _tokenizer, rows: random.Next(2, 9), prefillChunk: random.Next(1, 40), blocks: random.Next(20, 80), prefixes: true);
            var running = new List<(int Number, Request Request)>();
            for (var arrivals = random.Next(4, 14); arrivals > 0 || engine.Works;)
            {
                if (arrivals > 0 && random.Next(2) == 0)
                {
                    var number = random.Next(Population);
                    running.Add((number, engine.Submit(requests[number])));
                    arrivals--;
                }

                if (running.Count > 0 && random.Next(12) == 0) running[random.Next(running.Count)].Request.Cancel();
                engine.Step();
            }

            foreach (var (number, request) in running)
            {
                var logits = runner.Of(request.Sequence.Row);
                if (logits.Count == 0) continue; // cancelled before its first token
                var formKey = runner.FormKeyOf(request.Sequence.Row);
                var expected = alone[(number, formKey)];
                Assert.True(request.IsCancelled || logits.Count == expected.Count);
                for (var i = 0; i < logits.Count; i++) AssertEqual(expected[i], logits[i], tolerance);
                compared += logits.Count;
                comparedMerged += formKey.EndsWith("/merged", StringComparison.Ordinal) ? logits.Count : 0;
                cached += request.Sequence.CachedTokens;
            }
        }

        Assert.True(compared > batches * 10, $"{compared} rows of logits");
        Assert.True(cached > batches, $"{cached} tokens from the cache");
        Assert.Equal(runnerName == "simd", comparedMerged > batches);
        Assert.True(runner.MostPieces > 4);
        foreach (var copy in copies.Values) copy.Dispose();
    }

    [Fact]
    public void The_runners_agree()
    {
        using var simd = new RecordingRunner(Create("simd", "float32", "none"));
        using var torch = new RecordingRunner(Create("torch", "float32", "none"));
        var random = new Random(2);
        for (var i = 0; i < 30; i++)
        {
            var request = Description.Random(random, i);
            foreach (var (expected, actual) in Alone(torch, request).Logits.Zip(Alone(simd, request).Logits)) AssertEqual(expected, actual, 2e-5);
        }
    }

    private static void AssertEqual(float[] expected, float[] actual, double tolerance)
    {
        if (tolerance == 0)
        {
            Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), actual.Select(BitConverter.SingleToInt32Bits));
            return;
        }

        var scale = expected.Max(MathF.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, tolerance));
        Assert.Equal(Array.IndexOf(expected, expected.Max()), Array.IndexOf(actual, actual.Max()));
    }

    // Of all experts that have factored matrices.
    private static Dictionary<string, SimdExpert> Copies(SimdModelRunner runner, IEnumerable<Description> requests)
    {
        var copies = new Dictionary<string, SimdExpert>();
        foreach (var vector in requests.Select(request => request.Expert).Where(vector => !vector.IsIdentity).DistinctBy(vector => vector.Digest))
        {
            using var expert = (SimdExpert)runner.Load(vector);
            if (expert.Merging.Bytes > 0) copies.Add(vector.Digest, runner.Merger.Merge(expert, TestContext.Current.CancellationToken));
        }

        return copies;
    }

    private (IReadOnlyList<float[]> Logits, string FormKey) Alone(RecordingRunner runner, Description description)
    {
        using var engine = new Driver(runner, _tokenizer, rows: 1, prefillChunk: 1000, blocks: 40, prefixes: false);
        var request = engine.Submit(description);
        while (engine.Works) engine.Step();
        return (runner.Of(request.Sequence.Row), runner.FormKeyOf(request.Sequence.Row));
    }

    private IModelRunner Create(string runner, string dtype, string quantization)
    {
        using var folder = ModelFolder.Open(fixture.ModelDirectory);
        var placement = Placement.Parse(dtype, device: null);
        var model = folder.Load(placement.DTypeFor(folder), placement.Device);
        Decomposition.Attach(model, folder, cacheDirectory: null);
        if (runner == "torch") return new TorchModelRunner(model, blocks: 80, Scheduler.BlockTokens);
        // A planner that takes the sparse experts as directions, whatever this machine measures.
        return new SimdModelRunner(model, blocks: 80, Scheduler.BlockTokens, threads: 2, quantization == "int8", planner: new FormPlanner(scatter: 1));
    }

    /// <summary>What one request asks for.</summary>
    private sealed record Description(int[] Prompt, int MaxTokens, ExpertVector Expert)
    {
        public static Description Random(Random random, int number)
        {
            // Some begin alike.
            var beginning = Enumerable.Range(0, random.Next(0, 100)).Select(i => 10 + (((number % 3) + 1) * i * 7 % 80));
            var own = Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(4, 200));
            var expert = (number % 5) switch
            {
                0 => ExpertVector.Identity,
                1 => TinyModelFolder.Expert(number % 4),
                2 => TinyModelFolder.Expert(number % 7, all: true),
                3 => ExpertComposition.Linear([new(TinyModelFolder.Expert(1), 0.25), new(TinyModelFolder.Expert(2, all: true), 0.75)]),
                _ => Experts.Sparse(number, changed: 1 + (number % 2)),
            };
            return new Description([.. beginning, .. own], random.Next(1, 12), expert);
        }
    }

    /// <summary>An engine without a thread of its own.</summary>
    private sealed class Driver : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly WaitingQueue _waiting;
        private readonly ExpertBank _bank;
        private readonly StepLoop _loop;
        private readonly ITokenizer _tokenizer;
        private readonly List<Request> _requests = [];

        public Driver(IModelRunner runner, ITokenizer tokenizer, int rows, int prefillChunk, int blocks, bool prefixes)
        {
            _tokenizer = tokenizer;
            _waiting = new WaitingQueue(100, _time);
            _bank = new ExpertBank(runner.Load, capacity: 3, runner.FindMerged);
            var pool = new BlockPool(blocks, runner.Clear);
            var limits = new SchedulerLimits(rows, prefillChunk, prefixes ? Root : null);
            _loop = new StepLoop(_waiting, new Scheduler(_waiting, _bank, pool, limits), runner, Context, new HashSet<int>(), _time, NullLogger.Instance);
        }

        public bool Works => _loop.Running + _waiting.Count > 0;

        public Request Submit(Description description)
        {
            var request = new Request(description.Prompt, description.MaxTokens, _tokenizer, expert: description.Expert, time: _time);
            _requests.Add(request);
            _waiting.Add(request.Sequence);
            return request;
        }

        public void Step() => _loop.Step();

        public void Dispose()
        {
            foreach (var request in _requests) request.Dispose();
            _bank.Dispose();
        }

        private static UInt128 Root(Sequence sequence) =>
            PrefixKey.Root("", sequence.Request.Tenant, sequence.Row.Expert?.FormKey ?? "", rotaryLength: 0);
    }
}
