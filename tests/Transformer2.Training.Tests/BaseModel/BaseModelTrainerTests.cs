using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;
using Transformer2.Training.BaseModel;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.BaseModel;

public sealed class BaseModelTrainerTests(NanoFixture nano)
{
    private static readonly BaseTrainingOptions Options = new() { Steps = 8, Rows = 2, RowLength = 96, WarmupSteps = 2, CleanPhase = 0.5 };

    [Fact]
    public void A_stopped_and_resumed_training_equals_one_that_was_not()
    {
        using var folder = new TemporaryFolder();
        var straight = Train("straight", stopAt: null);
        Assert.ThrowsAny<OperationCanceledException>(() => Train("resumed", stopAt: 3));
        var resumed = Train("resumed", stopAt: null);

        Assert.Equal(straight.Weights, resumed.Weights);
        Assert.Equal(straight.Curve, resumed.Curve);
        Assert.Equal(8, resumed.Curve.Length);

        (float[] Weights, (int, double)[] Curve) Train(string name, int? stopAt)
        {
            using var cancellation = new CancellationTokenSource();
            using var model = nano.CreateModel();
            using var trainer = new BaseModelTrainer(model, nano.Tokenizer, Options);
            var curve = new LossCurve(folder.File(name + ".csv"), name);
            var stopper = new Stopper(step => { if (step == stopAt) cancellation.Cancel(); });
            trainer.Run(folder.File(name + ".safetensors"), curve, stopper, cancellationToken: cancellation.Token);
            return ([.. model.Parameters.All.SelectMany(entry => entry.Value.detach().data<float>().ToArray())], [.. curve.Points.Select(point => (point.Step, Math.Round(point.Loss, 6)))]);
        }
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
    public void A_checkpoint_of_another_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        Checkpoints.TrainingCheckpoint.Save(folder.File("c"), 3, [KeyValuePair.Create("other", TorchSharp.torch.ones(2))]);
        using var model = nano.CreateModel();
        using var trainer = new BaseModelTrainer(model, nano.Tokenizer, Options);
        Assert.Throws<CheckpointException>(() => trainer.Run(folder.File("c"), new LossCurve(folder.File("l.csv"), ""), null, cancellationToken: TestContext.Current.CancellationToken));
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

    private sealed class Stopper(Action<int> onStep) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => onStep(value.Step);
    }
}
