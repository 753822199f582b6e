using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>A merged copy computes the expert.</summary>
public sealed class MergedFormTests(EngineFixture fixture)
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var model in new[] { "llama-bf16-sharded", "llama-tied", "llama-untied-rope3", "mistral-swa", "qwen2-tied", "qwen3" })
            {
                foreach (var mask in new[] { "z1", "z2" }) cases.Add(model, mask);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_are_the_references(string model, string mask)
    {
        using var inputs = SafetensorsFile.Open(SharedFiles.Path($"oracles/svf/{model}/inputs.safetensors"));
        using var golden = SafetensorsFile.Open(SharedFiles.Path($"oracles/svf/{model}/expected.safetensors"));
        using var runner = Create(SharedFiles.Path($"oracles/forward/{model}"), "float32", quantize: false);
        var ids = inputs.ReadInt64s("input_ids").Chunk((int)inputs.Tensor("input_ids").Shape[1]).ToArray();
        foreach (var set in new[] { "mlp", "all" })
        {
            var vector = new ExpertVector(inputs.Tensors.Keys
                .Where(name => name.StartsWith(mask + ".", StringComparison.Ordinal) && (set == "all" || name.Contains(".mlp.", StringComparison.Ordinal)))
                .Select(name => KeyValuePair.Create(name[(mask.Length + 1)..], inputs.ReadSingles(name))));
            using var expert = (SimdExpert)runner.Load(vector);
            using var copy = runner.Merger.Merge(expert, TestContext.Current.CancellationToken);
            var expected = golden.ReadSingles($"logits.{mask}.{set}.plain").Chunk(ids[0].Length * runner.VocabularySize).ToArray();
            foreach (var (row, tokens) in ids.Index())
            {
                var last = expected[row][^runner.VocabularySize..];
                AssertClose(last, Logits(runner, copy, [.. tokens.Select(id => (int)id)]), 5e-4);
            }
        }
    }

    [Theory]
    [InlineData("float32", false, 1e-5)]
    [InlineData("bfloat16", false, 2e-2)]
    [InlineData("float32", true, 5e-2)]
    [InlineData("bfloat16", true, 5e-2)]
    public void Every_number_type_computes_the_expert(string dtype, bool quantize, double tolerance)
    {
        using var reference = Create(fixture.ModelDirectory, "float32", quantize: false);
        using var runner = Create(fixture.ModelDirectory, dtype, quantize);
        for (var seed = 0; seed < 5; seed++)
        {
            using var expected = (SimdExpert)reference.Load(TinyModelFolder.Expert(seed, all: seed % 2 == 0));
            using var expert = (SimdExpert)runner.Load(expected.Vector);
            using var copy = runner.Merger.Merge(expert, TestContext.Current.CancellationToken);
            Assert.Equal(seed % 2 == 0 ? [ExpertForm.Merged] : [ExpertForm.Base, ExpertForm.Merged], Forms(copy));
            AssertClose(Logits(reference, expected, [10, 20, 30]), Logits(runner, copy, [10, 20, 30]), tolerance);
        }
    }

    [Fact]
    public void The_same_expert_gives_the_same_bits_again()
    {
        using var runner = Create(fixture.ModelDirectory, "float32", quantize: false);
        using var expert = (SimdExpert)runner.Load(TinyModelFolder.Expert(1, all: true));
        using var one = runner.Merger.Merge(expert, TestContext.Current.CancellationToken);
        using var again = runner.Merger.Merge(expert, TestContext.Current.CancellationToken);
        Assert.Equal(Logits(runner, one, [1, 2, 3]), Logits(runner, again, [1, 2, 3]));
        Assert.Equal(one.FormKey, again.FormKey);
    }

    [Fact]
    public async Task An_engine_gives_a_hot_expert_its_copy_and_the_copy_its_own_prefixes()
    {
        await using var engine = await EngineFixture.LoadAsync(new EngineOptions { ModelDirectory = fixture.ModelDirectory, MergedExperts = 64, Threads = 1 });
        var request = EngineFixture.Request(new string('p', 100), TinyModelFolder.Expert(1), maxTokens: 40) with { IgnoreEndOfAnswer = true, Logprobs = 1 };
        var before = await Logprobs(request);
        for (var i = 0; engine.Status.MergedExperts == 0; i++)
        {
            Assert.True(i < 1000);
            await Logprobs(request with { Prompt = new Prompt.Text($"{i}") });
        }

        var first = await Logprobs(request);
        var second = await Logprobs(request);
        Assert.Equal((0, 96), (first.Cached, second.Cached));
        Assert.All(before.Values.Zip(first.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        Assert.NotEqual(before.Values, first.Values); // other rounding: it really is the copy
        Assert.Equal(first.Values, second.Values);

        async Task<(double[] Values, int Cached)> Logprobs(GenerationRequest request)
        {
            var events = await engine.GenerateAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
            return ([.. events.OfType<TextDelta>().SelectMany(delta => delta.Logprobs).Select(one => one.Token.Logprob)],
                Assert.IsType<GenerationCompleted>(events[^1]).Usage.CachedPromptTokens);
        }
    }

    private static IEnumerable<ExpertForm> Forms(SimdExpert expert) =>
        Enumerable.Range(0, TinyModelFolder.Ranks.Count).Select(expert.FormOf).Distinct().Order();

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        var scale = expected.Max(MathF.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, tolerance));
    }

    private static float[] Logits(SimdModelRunner runner, ResidentExpert expert, int[] tokens)
    {
        var row = new Row(tokens) { Expert = expert };
        row.Blocks.Add(1);
        var logits = runner.Run([new Piece(row, row.Remaining)]).ToArray();
        runner.Clear(1);
        return logits;
    }

    private static SimdModelRunner Create(string directory, string dtype, bool quantize)
    {
        using var folder = ModelFolder.Open(directory);
        var placement = Placement.Parse(dtype, device: null);
        var model = folder.Load(placement.DTypeFor(folder), placement.Device);
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return new SimdModelRunner(model, blocks: 4, Scheduler.BlockTokens, threads: 2, quantize, planner: new FormPlanner(scatter: 1000));
    }
}
