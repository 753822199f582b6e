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
        using var runner = CreateRunner(residentExperts: 2);
        Steps(round: 0); // fills the bank
        Steps(round: 1);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var round = 2; round < 10; round++) Steps(round);

        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        // A new expert every round, in company of the base model and of an old expert: all paths of the bank and of mixed batches.
        void Steps(int round)
        {
            ExpertSlot?[] experts = [runner.Acquire(TinyModelFolder.Expert(round)), null, runner.Acquire(TinyModelFolder.Expert(1000, all: true))];
            for (var row = 0; row < 3; row++) runner.Prefill(row, 0, [10, 20, 30], 3, experts[row]);
            runner.Decode([(3, 1), (3, 2), (3, 3)], experts);
            runner.Clear(0, 4);
            runner.Move(2, 0, 4);
            runner.Clear(2, 4);
            runner.Clear(1, 4);
            runner.Clear(0, 4);
            foreach (var slot in experts.OfType<ExpertSlot>()) runner.Release(slot);
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
            using var runner = CreateRunner(residentExperts: 40);
            for (var i = 0; i < 60; i++) // the bank grows, then gives places away
            {
                var slot = runner.Acquire(TinyModelFolder.Expert(i, all: i % 3 == 0))!;
                runner.Prefill(0, 0, [1, 2], 2, slot);
                runner.Clear(0, 2);
                runner.Release(slot);
            }

            Assert.Equal(40, runner.ResidentExperts);
        }
    }

    [Fact]
    public void An_expert_answers_the_same_wherever_the_bank_keeps_it()
    {
        using var roomy = CreateRunner(residentExperts: 100);
        using var narrow = CreateRunner(residentExperts: 1);
        for (var i = 0; i < 40; i++)
        {
            // Of those before it in its place some adapt more matrices than it does.
            var expert = TinyModelFolder.Expert(i % 7, all: i % 2 == 0);
            Assert.Equal(Logits(roomy), Logits(narrow));

            float[] Logits(TorchModelRunner runner)
            {
                var slot = runner.Acquire(expert)!;
                var logits = runner.Prefill(0, 0, [1, 2, 3], 3, slot);
                runner.Clear(0, 3);
                runner.Release(slot);
                return logits;
            }
        }
    }

    private TorchModelRunner CreateRunner(int residentExperts)
    {
        using var folder = ModelFolder.Open(fixture.ModelDirectory);
        var model = folder.Load();
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return new TorchModelRunner(model, rows: 4, contextLength: 16, residentExperts);
    }
}
