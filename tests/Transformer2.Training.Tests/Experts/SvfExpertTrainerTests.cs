using System.Text.Json;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using Transformer2.Training.Corpus;
using Transformer2.Training.Experts;
using Transformer2.Training.Optimizers;
using Transformer2.Training.Reports;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Experts;

public sealed class SvfExpertTrainerTests(NanoFixture nano)
{
    [Fact]
    public void Training_starts_at_the_base_and_keeps_the_best_state()
    {
        using var model = nano.CreateModel();
        var options = new ExpertTrainingOptions { Steps = 6, Rows = 4, ValidationInterval = 3, ValidationQuestions = 4, LearningRate = 0.05 };
        var weights = model.Projections[0].Weight.data<float>().ToArray();

        var trained = new SvfExpertTrainer(model, nano.Tokenizer, Category.Math, options).Run(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([0, 3, 6], trained.Looks.Select(look => look.Step));
        Assert.Equal(trained.Looks.Max(look => look.Score), trained.Best.Score);
        Assert.Equal(trained.Best.Step == 0, trained.Vector.IsIdentity);
        Assert.True(trained.Losses[^1] < trained.Losses[0]);
        Assert.All(trained.Vector.Multipliers.Keys, matrix => Assert.Contains(".mlp.", matrix, StringComparison.Ordinal));
        Assert.Equal(weights, model.Projections[0].Weight.data<float>().ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_training_that_was_stopped_goes_on_as_if_it_had_not_been(int stop)
    {
        using var folder = new TemporaryFolder();
        using var model = nano.CreateModel();
        var checkpoint = folder.File("checkpoint");
        var options = new ExpertTrainingOptions { Steps = 6, Rows = 4, ValidationInterval = 3, ValidationQuestions = 4, LearningRate = 0.05 };
        var whole = Trainer(options).Run(cancellationToken: TestContext.Current.CancellationToken);

        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var stopping = new Stopping(stopped, stop);
        Assert.Throws<OperationCanceledException>(() => Trainer(options).Run(checkpoint, stopping, stopped.Token));
        Assert.Equal(stop, stopping.Steps);
        Assert.Throws<CheckpointException>(() => Trainer(options with { Seed = 2 }).Run(checkpoint, cancellationToken: TestContext.Current.CancellationToken));
        var continued = new Stopping(stopped, int.MaxValue);
        var resumed = Trainer(options).Run(checkpoint, continued, TestContext.Current.CancellationToken);

        Assert.Equal(options.Steps - stop, continued.Steps);
        Assert.Equal(whole.Losses, resumed.Losses);
        Assert.Equal(whole.Looks, resumed.Looks);
        Assert.Equal(whole.Vector.Digest, resumed.Vector.Digest);

        SvfExpertTrainer Trainer(ExpertTrainingOptions settings) => new(model, nano.Tokenizer, Category.Math, settings, "sha256:base");
    }

    [Fact]
    public void A_training_leaves_no_tensor_behind()
    {
        using var model = nano.CreateModel();
        var options = new ExpertTrainingOptions { Steps = 2, Rows = 2, ValidationInterval = 1, ValidationQuestions = 2 };
        Train();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Train();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Train() => new SvfExpertTrainer(model, nano.Tokenizer, Category.Math, options).Run(cancellationToken: TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("math")]
    [InlineData("code")]
    public void Training_on_stories260K_follows_the_reference(string domain)
    {
        const int steps = 8;
        using var scope = NewDisposeScope();
        using var folder = ModelFolder.Open(SharedFiles.Path("models/stories260K"));
        using var model = Decomposed(folder);
        using var batches = SafetensorsFile.Open(SharedFiles.Path("models/stories260K/experts/batches.safetensors"));
        var ids = batches.ReadTensor($"train.{domain}");
        var expected = Meta().GetProperty("training_loss").GetProperty(domain).EnumerateArray().Select(loss => loss.GetDouble()).ToArray();
        var z = model.Projections.Where(projection => projection.Name.Contains(".mlp.", StringComparison.Ordinal))
            .Select(projection => KeyValuePair.Create(projection.Name, ones(projection.Factors!.Rank).requires_grad_(true))).ToArray();
        using var optimizer = new AdamW(z);

        for (var step = 1; step <= steps; step++)
        {
            using var inner = NewDisposeScope();
            var loss = MeanLoss(model, ids, RowExperts.ForAllRows(z));
            Assert.Equal(expected[step - 1], loss.ToDouble(), expected[step - 1] * 0.01);
            loss.backward();
            optimizer.Step(0.02, step);
            Gradients.Clear([.. z.Select(entry => entry.Value)]);
        }
    }

    [Fact]
    public void Trained_experts_and_their_mixtures_have_the_references_likelihood()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var folder = ModelFolder.Open(SharedFiles.Path("models/stories260K"));
        using var model = Decomposed(folder);
        var layout = Decomposition.LayoutOf(folder);
        using var batches = SafetensorsFile.Open(SharedFiles.Path("models/stories260K/experts/batches.safetensors"));
        var math = Read("math");
        var code = Read("code");
        foreach (var (name, mixture) in new (string, WeightedExpert[])[]
        {
            ("base", []), ("expert-math", [new(math, 1)]), ("expert-code", [new(code, 1)]),
            ("0.5*math+0.5*code", [new(math, 0.5), new(code, 0.5)]), ("0.8*math+0.2*code", [new(math, 0.8), new(code, 0.2)]),
            ("0.2*math+0.8*code", [new(math, 0.2), new(code, 0.8)]), ("1.0*math+0.3*code", [new(math, 1), new(code, 0.3)]),
        })
            foreach (var expected in Meta().GetProperty("nll").GetProperty(name).EnumerateObject())
            {
                var experts = mixture.Length == 0 ? null : RowExperts.ForAllRows(
                    ExpertComposition.Linear(mixture).Multipliers.Select(entry => KeyValuePair.Create(entry.Key, tensor(entry.Value.ToArray()))));
                Assert.Equal(expected.Value.GetDouble(), MeanLoss(model, batches.ReadTensor($"test.{expected.Name}"), experts).ToDouble(), 0.005);
            }

        ExpertVector Read(string domain) =>
            ExpertFile.ReadLenient(File.ReadAllBytes(SharedFiles.Path($"models/stories260K/experts/expert-{domain}.safetensors")), layout).Vector;
    }

    /// <summary>Cancels after some steps.</summary>
    private sealed class Stopping(CancellationTokenSource cancellation, int after) : IProgress<TrainingProgress>
    {
        public int Steps { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (++Steps == after) cancellation.Cancel();
        }
    }

    private static Decoder Decomposed(ModelFolder folder)
    {
        var model = folder.Load();
        Decomposition.Attach(model, folder, cacheDirectory: null);
        return model;
    }

    private static JsonElement Meta() => JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path("models/stories260K/experts/meta.json"))).RootElement;

    private static Tensor MeanLoss(Decoder model, Tensor ids, RowExperts? experts)
    {
        var time = ids.shape[1];
        var logits = model.Logits(model.Forward(ids, experts)).narrow(1, 0, time - 1);
        return nn.functional.cross_entropy(logits.flatten(0, 1), ids.narrow(1, 1, time - 1).flatten());
    }
}
