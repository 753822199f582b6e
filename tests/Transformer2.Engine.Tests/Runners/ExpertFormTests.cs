using Transformer2.Experts;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

public sealed class ExpertFormTests(EngineFixture fixture)
{
    // By operations a matrix of 32 x 48 breaks even at 12.8 directions, one of 32 x 32 at 16.
    private static readonly FormPlanner AlwaysFactored = new(scatter: 1000);
    private static readonly FormPlanner AlwaysSparse = new(scatter: 0.001);

    [Theory]
    [InlineData("float32", 1e-5)]
    [InlineData("bfloat16", 2e-2)]
    public void The_forms_compute_the_same_expert(string dtype, double tolerance)
    {
        using var factored = Create(AlwaysFactored, dtype);
        using var sparse = Create(AlwaysSparse, dtype);
        for (var seed = 0; seed < 5; seed++)
        {
            var vector = Experts.Sparse(seed, changed: 3);
            using var asFactored = (SimdExpert)factored.Load(vector);
            using var asSparse = (SimdExpert)sparse.Load(vector);
            Assert.Equal([ExpertForm.Base, ExpertForm.Factored], Forms(asFactored));
            Assert.Equal([ExpertForm.Base, ExpertForm.Delta], Forms(asSparse));

            var expected = Logits(factored, asFactored);
            var scale = expected.Max(MathF.Abs);
            Assert.All(expected.Zip(Logits(sparse, asSparse)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second) / scale, 0, tolerance));
            Assert.NotEqual(expected, Logits(factored, null));
        }
    }

    [Fact]
    public void The_planner_takes_few_directions_as_such_and_many_factored()
    {
        using var runner = Create(new FormPlanner(scatter: 2), "float32");
        using var few = (SimdExpert)runner.Load(Experts.Sparse(1, changed: 1));
        using var many = (SimdExpert)runner.Load(TinyModelFolder.Expert(1, all: true));
        Assert.Equal([ExpertForm.Base, ExpertForm.Delta], Forms(few));
        Assert.Equal([ExpertForm.Factored], Forms(many));
    }

    [Fact]
    public void A_row_without_expert_is_bit_equal_to_a_model_without_decomposition()
    {
        using var folder = ModelFolder.Open(fixture.ModelDirectory);
        using var bare = new SimdModelRunner(folder.Load(), blocks: 4, Scheduler.BlockTokens, threads: 2);
        using var runner = Create(planner: null, "float32");
        using var expert = runner.Load(TinyModelFolder.Expert(1, all: true));
        var rows = new[] { NewRow(1, null), NewRow(2, expert), NewRow(3, null) };
        var together = runner.Run([.. rows.Select(row => new Piece(row, row.Remaining))]).ToArray();
        var alone = Logits(bare, null);
        Assert.Equal(alone, together[..alone.Length]);
        Assert.Equal(alone, together[^alone.Length..]);
        Assert.NotEqual(alone, together[alone.Length..(2 * alone.Length)]);
    }

    private static IEnumerable<ExpertForm> Forms(SimdExpert expert) =>
        Enumerable.Range(0, TinyModelFolder.Ranks.Count).Select(expert.FormOf).Distinct().Order();

    private static float[] Logits(SimdModelRunner runner, ResidentExpert? expert)
    {
        var row = NewRow(1, expert);
        var logits = runner.Run([new Piece(row, row.Remaining)]).ToArray();
        runner.Clear(1);
        return logits;
    }

    private static Row NewRow(int block, ResidentExpert? expert)
    {
        var row = new Row([10, 20, 30, 40]) { Expert = expert };
        row.Blocks.Add(block);
        return row;
    }

    private SimdModelRunner Create(FormPlanner? planner, string dtype)
    {
        using var folder = ModelFolder.Open(fixture.ModelDirectory);
        var placement = Placement.Parse(dtype, device: null);
        var model = folder.Load(placement.DTypeFor(folder), placement.Device);
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return new SimdModelRunner(model, blocks: 4, Scheduler.BlockTokens, threads: 2, planner: planner);
    }
}
