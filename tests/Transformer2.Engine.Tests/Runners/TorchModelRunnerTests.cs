using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;

namespace Transformer2.Engine.Tests.Runners;

public sealed class TorchModelRunnerTests(EngineFixture fixture)
{
    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        using var runner = CreateRunner();
        using var bank = new ExpertBank(runner.Load, capacity: 2);
        Steps(round: 0); // fills the bank
        Steps(round: 1);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var round = 2; round < 10; round++) Steps(round);

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        // A new expert every round, in company of the base model and of an old expert: all paths of the bank and of mixed batches.
        void Steps(int round)
        {
            Row[] rows =
            [
                NewRow([10, 20, 30], 1, bank.Acquire(TinyModelFolder.Expert(round))),
                NewRow([10, 20, 30], 2, null),
                NewRow([10, 20, 30], 3, bank.Acquire(TinyModelFolder.Expert(1000, all: true))),
            ];
            for (var step = 0; step < 3; step++)
            {
                runner.Run([.. rows.Select(row => new Piece(row, row.Remaining))]);
                foreach (var row in rows) row.Length = row.Tokens.Count;
                foreach (var row in rows) row.Tokens.Add(step);
            }

            for (var block = 1; block <= 3; block++) runner.Clear(block);
            foreach (var row in rows) ExpertBank.Release(row.Expert);
        }
    }

    [Fact]
    public void A_runner_frees_everything_that_it_held()
    {
        Use(); // whatever is made once per process
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Use();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Use()
        {
            using var runner = CreateRunner();
            using var bank = new ExpertBank(runner.Load, capacity: 40);
            for (var i = 0; i < 60; i++)
            {
                var expert = bank.Acquire(TinyModelFolder.Expert(i, all: i % 3 == 0));
                runner.Run([new Piece(NewRow([1, 2], 1, expert), 2)]);
                runner.Clear(1);
                ExpertBank.Release(expert);
            }

            Assert.Equal(40, bank.Count);
        }
    }

    private static Row NewRow(int[] tokens, int block, ResidentExpert? expert)
    {
        var row = new Row(tokens) { Expert = expert };
        row.Blocks.Add(block);
        return row;
    }

    private TorchModelRunner CreateRunner()
    {
        using var folder = ModelFolder.Open(fixture.ModelDirectory);
        var model = folder.Load();
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return new TorchModelRunner(model, blocks: 4, Scheduler.BlockTokens);
    }
}
