using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

/// <summary>Which merged copies there are, with a budget for two, made by a worker that the test holds back.</summary>
public sealed class MergedExpertsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SimdModelRunner _runner;
    private readonly List<SimdExpert> _experts = [];
    private readonly SemaphoreSlim _allowed = new(0);
    private readonly HotExperts _hot = new(HotExpertsTests.Planner);
    private readonly MergedExperts _merged;
    private readonly long _bytes;
    private volatile int _making;
    private volatile int _made;

    public MergedExpertsTests(EngineFixture fixture)
    {
        _runner = HotExpertsTests.Create(fixture.ModelDirectory, HotExpertsTests.Planner);
        _bytes = Load(0).Merging.Bytes;
        _merged = new MergedExperts(_hot, Merge, 2 * _bytes, NullLogger.Instance);
    }

    [Fact]
    public void Steps_go_on_while_a_copy_is_made_and_only_one_is_made_at_a_time()
    {
        var (one, other) = (Load(1), Load(2));
        for (var step = 0; step < 1000; step++)
        {
            _merged.Observe([Piece(one)]);
            _merged.Observe([Piece(other)]);
            Assert.Null(_merged.Find(one.Vector));
        }

        Assert.True(SpinWait.SpinUntil(() => _making == 1, Patience));
        Assert.Equal((0, _bytes), (_made, _merged.Bytes));

        _allowed.Release();
        var copy = Await(one);
        Assert.True(copy.IsMerged);
        Assert.NotEqual(one.FormKey, copy.FormKey);
        Assert.Null(_merged.Find(other.Vector));
        _merged.Observe([Piece(other)]);
        _allowed.Release();
        Assert.NotSame(copy, Await(other));
        Assert.Equal((2, 2 * _bytes), (_merged.Count, _merged.Bytes));
    }

    [Fact]
    public void A_hotter_expert_takes_the_place_of_the_coldest_once_nobody_uses_it()
    {
        _allowed.Release(10);
        var (cold, warm, hot) = (Load(1), Load(2), Load(3));
        var coldCopy = Heat(cold, steps: 10);
        Heat(warm, steps: 100);
        coldCopy.Users = 1;

        for (var step = 0; step < 50; step++) _merged.Observe([Piece(hot)]);

        // New sequences do not take it any more, but its memory is not free yet.
        Assert.Null(_merged.Find(cold.Vector));
        Assert.NotNull(_merged.Find(warm.Vector));
        Assert.Equal((1, 2 * _bytes, 2), (_merged.Count, _merged.Bytes, _made));

        coldCopy.Users = 0;
        _merged.Observe([Piece(hot)]);
        Await(hot);
        Assert.NotNull(_merged.Find(warm.Vector));
        Assert.Equal((2, 2 * _bytes, 3), (_merged.Count, _merged.Bytes, _made));
    }

    [Fact]
    public void An_expert_that_is_hardly_hotter_takes_nobodys_place()
    {
        _allowed.Release(10);
        Heat(Load(1), steps: 100);
        Heat(Load(2), steps: 100);
        var third = Load(3);
        for (var step = 0; step < 150; step++) _merged.Observe([Piece(third)]);
        Assert.Null(_merged.Find(third.Vector));
        Assert.Equal(2, _merged.Count);
    }

    [Fact]
    public void A_copy_that_costs_more_than_it_saves_goes()
    {
        _allowed.Release(10);
        var (one, other) = (Load(1), Load(2));
        var copy = Heat(one, steps: 10);
        for (var step = 0; step < 100; step++) _merged.Observe([Piece(copy), Piece(other)]);
        Assert.Null(_merged.Find(one.Vector));
        Assert.Equal((0, 0L, 1), (_merged.Count, _merged.Bytes, _made));
    }

    [Fact]
    public void What_is_larger_than_the_budget_is_not_tried()
    {
        using var small = new MergedExperts(_hot, Merge, _bytes - 1, NullLogger.Instance);
        var expert = Load(1);
        for (var step = 0; step < 100; step++) small.Observe([Piece(expert)]);
        Assert.Equal((0, 0L), (_making, small.Bytes));
    }

    [Fact]
    public void What_fails_is_not_tried_again_and_hinders_nobody()
    {
        using var merged = new MergedExperts(
            _hot, (expert, token) => expert.Vector == _experts[1].Vector ? throw new ArgumentException("not finite") : Merge(expert, token), _bytes, NullLogger.Instance);
        _allowed.Release(10);
        var (bad, good) = (Load(1), Load(2));
        Assert.True(SpinWait.SpinUntil(() => Step(bad) && bad.Heat.IsHopeless, Patience));
        Assert.Equal(0, merged.Bytes);
        Assert.True(SpinWait.SpinUntil(() => Step(good) && merged.Find(good.Vector) is not null, Patience));

        bool Step(SimdExpert expert)
        {
            merged.Observe([Piece(expert)]);
            return true;
        }
    }

    [Fact]
    public void The_end_does_not_wait_for_a_copy_in_the_making()
    {
        var expert = Load(1);
        for (var step = 0; step < 10; step++) _merged.Observe([Piece(expert)]);
        Assert.True(SpinWait.SpinUntil(() => _making == 1, Patience));
        _merged.Dispose();
        Assert.Equal(0, _made);
    }

    [Fact]
    public void A_runner_makes_none_unless_told_to()
    {
        Assert.Equal(0, new EngineOptions { ModelDirectory = "" }.MergedExperts);
        var expert = Load(1);
        for (var step = 0; step < 100; step++) Run(expert);
        Assert.Equal(0, _runner.MergedExperts);
        Assert.Null(_runner.FindMerged(expert.Vector));

        void Run(SimdExpert expert)
        {
            var row = new Row([1, 2, 3]) { Expert = expert };
            row.Blocks.Add(1);
            _runner.Run([new Piece(row, 3)]);
        }
    }

    public void Dispose()
    {
        _merged.Dispose();
        foreach (var expert in _experts) expert.Dispose();
        _runner.Dispose();
        _allowed.Dispose();
    }

    private static Piece Piece(ResidentExpert? expert) => new(new Row([1, 2, 3]) { Expert = expert, Length = 2 }, 1);

    private SimdExpert Load(int seed)
    {
        _experts.Add((SimdExpert)_runner.Load(TinyModelFolder.Expert(seed)));
        return _experts[^1];
    }

    // Runs alone for so many steps and gets its copy.
    private SimdExpert Heat(SimdExpert expert, int steps)
    {
        for (var step = 0; step < steps; step++) _merged.Observe([Piece(expert)]);
        return Await(expert);
    }

    private SimdExpert Await(SimdExpert expert)
    {
        Assert.True(SpinWait.SpinUntil(() => _merged.Find(expert.Vector) is not null, Patience));
        return _merged.Find(expert.Vector)!;
    }

    private SimdExpert Merge(SimdExpert expert, CancellationToken cancellation)
    {
        _making++;
        _allowed.Wait(cancellation);
        var copy = _runner.Merger.Merge(expert, cancellation);
        _made++;
        return copy;
    }
}
