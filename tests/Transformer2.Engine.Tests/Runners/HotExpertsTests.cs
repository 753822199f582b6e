using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>Which experts are worth a merged copy, by a cost model in which up to 32 rows cost what one costs.</summary>
public sealed class HotExpertsTests : IDisposable
{
    // By weights a matrix of 32 x 48 saves 1024 in a step and costs 1536 to merge.
    internal static readonly FormPlanner Planner = new(scatter: 1000, new RowCosts([1, 1, 1, 1, 1, 1]));

    private readonly SimdModelRunner _runner;
    private readonly List<ResidentExpert> _experts = [];
    private readonly string _model;

    public HotExpertsTests(EngineFixture fixture)
    {
        _model = fixture.ModelDirectory;
        _runner = Create(_model, Planner);
    }

    [Fact]
    public void An_expert_alone_is_hot_once_it_would_have_saved_twice_what_a_copy_costs()
    {
        var hot = new HotExperts(Planner);
        var step = new[] { Piece(Load(1)) };
        var steps = 1;
        while (hot.Observe(step) is null) steps++;
        Assert.InRange(steps, 3, 4);
    }

    [Fact]
    public void Base_rows_do_not_matter()
    {
        var hot = new HotExperts(Planner);
        var step = new[] { Piece(null), Piece(Load(1)), Piece(null) };
        Assert.Contains(Enumerable.Range(0, 10), _ => hot.Observe(step) is not null);
    }

    [Fact]
    public void Experts_that_share_their_steps_are_never_hot()
    {
        var hot = new HotExperts(Planner);
        var (one, other) = (Load(1), Load(2));
        Assert.DoesNotContain(Enumerable.Range(0, 1000), _ => hot.Observe([Piece(one), Piece(other)]) is not null);
        Assert.True(hot.Heat(one) < 0);
    }

    [Fact]
    public void An_expert_beside_a_merged_copy_is_not_hot_either()
    {
        var hot = new HotExperts(Planner);
        var (one, other) = (Load(1), Load(2));
        using var copy = _runner.Merger.Merge(other, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Enumerable.Range(0, 1000), _ => hot.Observe([Piece(one), Piece(copy)]) is not null);
    }

    [Fact]
    public void Many_rows_gain_even_beside_others()
    {
        // Where each row costs what it computes.
        var hot = new HotExperts(new FormPlanner(scatter: 1000, new RowCosts([1, 2, 4, 8, 16, 32])));
        var (one, other) = (Load(1), Load(2));
        Assert.Contains(Enumerable.Range(0, 1000), _ => hot.Observe([Piece(one), Piece(other)]) is not null);
    }

    [Fact]
    public void The_past_is_forgotten()
    {
        var hot = new HotExperts(Planner);
        var expert = Load(1);
        hot.Observe([Piece(expert)]);
        var heat = hot.Heat(expert);
        for (var step = 0; step < ExpertHeat.HalfLife; step++) hot.Observe([Piece(null)]);
        Assert.Equal(heat / 2, hot.Heat(expert), heat / 1000);
    }

    [Fact]
    public void An_expert_of_few_directions_has_nothing_to_merge()
    {
        var planner = new FormPlanner(scatter: 0.001, new RowCosts([1, 1, 1, 1, 1, 1]));
        using var runner = Create(_model, planner);
        using var expert = (SimdExpert)runner.Load(Experts.Sparse(1, changed: 2));
        var hot = new HotExperts(planner);
        Assert.DoesNotContain(Enumerable.Range(0, 1000), _ => hot.Observe([Piece(expert)]) is not null);
    }

    [Fact]
    public void To_look_at_a_step_allocates_nothing()
    {
        var hot = new HotExperts(Planner);
        var step = new[] { Piece(null), Piece(Load(1)), Piece(Load(2)) };
        hot.Observe(step);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) hot.Observe(step);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Costs_lie_between_those_that_were_measured()
    {
        var costs = new RowCosts([2, 2, 3, 2.5, 8, 16]); // relative to the first, and never falling
        Assert.Equal([0, 1, 1, 1.25, 1.5, 1.5, 2.75, 4, 8, 16], new[] { 0, 1, 2, 3, 4, 8, 12, 16, 32, 64 }.Select(costs.Of));
        Assert.Equal(0.25, costs.Multiplication);
    }

    internal static SimdModelRunner Create(string directory, FormPlanner planner)
    {
        using var folder = ModelFolder.Open(directory);
        var model = folder.Load();
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return new SimdModelRunner(model, blocks: 4, Scheduler.BlockTokens, threads: 1, planner: planner);
    }

    public void Dispose()
    {
        foreach (var expert in _experts) expert.Dispose();
        _runner.Dispose();
    }

    private static Piece Piece(ResidentExpert? expert) => new(new Row([1, 2, 3]) { Expert = expert, Length = 2 }, 1);

    private SimdExpert Load(int seed)
    {
        _experts.Add(_runner.Load(TinyModelFolder.Expert(seed)));
        return (SimdExpert)_experts[^1];
    }
}
