using TorchSharp;
using Transformer2.Experts;
using Transformer2.Kernels;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>No byte of an expert is left in memory that is given back, and that another tenant's expert may get next.</summary>
public sealed unsafe class ExpertCanaryTests(EngineFixture fixture)
{
    private const float Canary = 1234.5f;

    // What every memory held when it was given back.
    private readonly List<byte[]> _freed = [];

    [Theory]
    [InlineData(1000, nameof(ExpertForm.Factored))]
    [InlineData(0.001, nameof(ExpertForm.Delta))]
    public void Of_an_evicted_expert_no_byte_is_left(double scatter, string form)
    {
        using var model = Model("float32");
        using var projections = new SimdProjections(model, quantize: false, directions: true);
        var held = new List<Watched>();
        using (var bank = new ExpertBank(vector => new SimdExpert(vector, projections, new FormPlanner(scatter), allocate: bytes => Watch(bytes, held)), capacity: 1))
        {
            var first = (SimdExpert)bank.Acquire(Full())!;
            Assert.Equal(form, $"{first.FormOf(0)}");
            Assert.All(held, memory => Assert.True(new Span<byte>(memory.Start, (int)memory.Bytes).ContainsAnyExcept((byte)0)));
            bank.Acquire(TinyModelFolder.Expert(1)); // as long as it is used, it stays
            Assert.Empty(_freed);
            ExpertBank.Release(first);
            bank.Acquire(TinyModelFolder.Expert(2));
            Assert.NotEmpty(_freed);
        }

        AssertCleared(held);
    }

    [Theory]
    [InlineData("float32", false)]
    [InlineData("bfloat16", false)]
    [InlineData("float32", true)]
    public void Of_a_merged_copy_and_of_what_made_it_no_byte_is_left(string dtype, bool quantize)
    {
        using var model = Model(dtype);
        using var projections = new SimdProjections(model, quantize, directions: false);
        var planner = new FormPlanner(scatter: 1);
        using var expert = new SimdExpert(Full(), projections, planner);
        var held = new List<Watched>();
        var merger = new ExpertMerger(projections, planner, KernelSet.For(), bytes => Watch(bytes, held));
        var copy = merger.Merge(expert, TestContext.Current.CancellationToken);
        Assert.Equal(quantize ? 3 : 2, _freed.Count); // what was needed for the work
        var memory = Assert.Single(held, memory => memory.Bytes == copy.Merging.Bytes);
        Assert.True(new Span<byte>(memory.Start, (int)memory.Bytes).ContainsAnyExcept((byte)0));
        copy.Dispose();
        AssertCleared(held);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void Of_an_expert_of_libtorch_no_number_is_left(string dtype)
    {
        using var runner = new TorchModelRunner(Model(dtype), blocks: 4, Scheduler.BlockTokens);
        var expert = (TorchExpert)runner.Load(Full());
        using var memory = expert.Values.alias(); // keeps it from being given back
        Assert.Equal(memory.numel(), memory.count_nonzero().item<long>());
        expert.Dispose();
        expert.Dispose();
        Assert.Equal(0, memory.count_nonzero().item<long>());
    }

    // Every direction of every matrix is changed.
    private static ExpertVector Full() =>
        new(TinyModelFolder.Ranks.Select(entry => KeyValuePair.Create(entry.Key, Enumerable.Repeat(Canary, entry.Value).ToArray())));

    private void AssertCleared(List<Watched> held)
    {
        Assert.Equal(held.Count, _freed.Count);
        Assert.All(_freed, bytes => Assert.False(bytes.AsSpan().ContainsAnyExcept((byte)0)));
    }

    private Watched Watch(long bytes, List<Watched> held)
    {
        held.Add(new Watched(bytes, _freed));
        return held[^1];
    }

    private Decoder Model(string dtype)
    {
        using var folder = ModelFolder.Open(fixture.ModelDirectory);
        var placement = Placement.Parse(dtype, device: null);
        var model = folder.Load(placement.DTypeFor(folder), placement.Device);
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return model;
    }

    private sealed class Watched(long bytes, List<byte[]> freed) : ExpertMemory(bytes)
    {
        protected override void Free(byte* start)
        {
            freed.Add(new Span<byte>(start, (int)Bytes).ToArray());
            base.Free(start);
        }
    }
}
