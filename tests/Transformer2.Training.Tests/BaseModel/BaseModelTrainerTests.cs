using TorchSharp;
using Transformer2.TestKit;
using Transformer2.Training.BaseModel;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.BaseModel;

public sealed class BaseModelTrainerTests(NanoFixture nano)
{
    private static readonly BaseTrainingOptions Options = new() { Steps = 8, Rows = 2, RowLength = 96, WarmupSteps = 2, CleanPhase = 0.5 };

    /// <summary>Ctrl-C, and the loss of the process: the second leaves the last checkpoint only, and perhaps a curve that is ahead of it.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(5, false)]
    [InlineData(6, false)]
    [InlineData(1, false)]
    public void A_training_that_was_broken_off_and_resumed_equals_one_that_was_not(int at, bool cancelled)
    {
        using var folder = new TemporaryFolder();
        var straight = Train("straight", at: null);
        Assert.NotNull(Record.Exception(() => Train("resumed", at)));
        var resumed = Train("resumed", at: null);

        Assert.Equal(straight.Weights, resumed.Weights);
        Assert.Equal(straight.Curve, resumed.Curve);
        Assert.Equal(Enumerable.Range(1, 8), resumed.Curve.Select(point => point.Step));
        Assert.Equal(File.ReadAllText(folder.File("straight.csv")), File.ReadAllText(folder.File("resumed.csv")));

        (float[] Weights, (int Step, double Loss)[] Curve) Train(string name, int? at)
        {
            using var cancellation = new CancellationTokenSource();
            using var model = nano.CreateModel();
            using var trainer = new BaseModelTrainer(model, nano.Tokenizer, Options);
            var curve = new LossCurve(folder.File(name + ".csv"), name);
            var breaker = new Watcher(step =>
            {
                if (step != at) return;
                if (!cancelled) throw new InvalidOperationException("Killed.");
                cancellation.Cancel();
            });
            trainer.Run(folder.File(name + ".safetensors"), curve, breaker, checkpointInterval: 2, cancellation.Token);
            return ([.. model.Parameters.All.SelectMany(entry => entry.Value.detach().data<float>().ToArray())], [.. curve.Points.Select(point => (point.Step, Math.Round(point.Loss, 6)))]);
        }
    }

    [Fact]
    public void A_checkpoint_never_has_steps_that_the_curve_lacks()
    {
        using var folder = new TemporaryFolder();
        using var model = nano.CreateModel();
        using var trainer = new BaseModelTrainer(model, nano.Tokenizer, Options);
        Directory.CreateDirectory(folder.File("c.safetensors")); // the checkpoint cannot be written
        Assert.NotNull(Record.Exception(() => trainer.Run(
            folder.File("c.safetensors"), new LossCurve(folder.File("c.csv"), "c"), progress: null, checkpointInterval: 2, TestContext.Current.CancellationToken)));
        Assert.Equal(2, new LossCurve(folder.File("c.csv"), "c").Points.Count);
    }

    [Fact]
    public void Steps_leave_no_tensor_behind()
    {
        using var folder = new TemporaryFolder();
        using var model = nano.CreateModel();
        using var trainer = new BaseModelTrainer(model, nano.Tokenizer, Options);
        var live = new List<long>();
        var watcher = new Watcher(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        trainer.Run(folder.File("c"), new LossCurve(folder.File("l.csv"), ""), watcher, checkpointInterval: 3, TestContext.Current.CancellationToken);
        Assert.Equal([live[2]], live.Skip(2).Distinct());
    }

    [Fact]
    public void Training_lowers_the_loss()
    {
        using var folder = new TemporaryFolder();
        using var model = nano.CreateModel();
        using var trainer = new BaseModelTrainer(model, nano.Tokenizer, Options with { Steps = 30 });
        var curve = new LossCurve(folder.File("loss.csv"), "loss");
        trainer.Run(folder.File("checkpoint.safetensors"), curve, progress: null, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(curve.Points[^1].Loss < curve.Points[0].Loss - 0.3, $"{curve.Points[0].Loss} to {curve.Points[^1].Loss}");
        Assert.StartsWith("step,loss", File.ReadAllText(folder.File("loss.csv")), StringComparison.Ordinal);
        Assert.Contains("<svg", File.ReadAllText(folder.File("loss.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_learning_rate_warms_up_stays_and_falls()
    {
        var options = new BaseTrainingOptions { Steps = 1000, WarmupSteps = 100, CleanPhase = 0.75, LearningRate = 1 };
        Assert.Equal(0.5, options.LearningRateAt(50), 1e-9);
        Assert.Equal(1, options.LearningRateAt(750), 1e-9);
        Assert.InRange(options.LearningRateAt(875), 0.5, 0.55);
        Assert.Equal(options.FinalLearningRate, options.LearningRateAt(1000), 1e-9);
    }

    private sealed class Watcher(Action<int> onStep) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => onStep(value.Step);
    }
}
