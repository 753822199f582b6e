using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Experts;
using Transformer2.Training.Objectives;
using Transformer2.Training.Reports;
using Transformer2.Training.Rollouts;
using Transformer2.Training.Tasks;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Objectives;

public sealed class MultiExpertTrainingTests(NanoFixture nano)
{
    private static readonly AdapterOptions Lora = new() { Kind = "lora", Modules = "qv+mlp", Rank = 4, Dropout = 0.1 };

    /// <summary>Every objective with every kind of adapter.</summary>
    public static TheoryData<string, string, string> Recipes => new(
        from objective in new[] { "next-token", "sampled", "greedy" } from adapter in new[] { "svf", "sigmoid", "lora" } select (objective, adapter, "add"));

    private ChatTaskEncoder Encoder => new(ModelTokenizer.Load(nano.TokenizerFolder));

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_training_that_was_stopped_goes_on_as_if_it_had_not_been(string objective, string adapter, string family)
    {
        using var model = nano.CreateModel(scale: 4);
        var options = Options(objective, adapter);
        var whole = Train(model, Job(options, family));
        foreach (var stop in new[] { 1, 2, 3, 5 })
        {
            using var folder = new TemporaryFolder();
            using var stopped = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            var stopping = new Stopping(stopped, stop);
            var job = Job(options, family) with { CheckpointPath = folder.File("checkpoint"), Progress = stopping };
            Assert.Throws<OperationCanceledException>(() => new MultiExpertTraining(model, [job]).Run(stopped.Token));
            Assert.Equal(stop, stopping.Steps);
            Assert.Throws<CheckpointException>(() => Train(model, job with { Options = options with { Seed = 2 } }));
            Assert.Throws<CheckpointException>(() => Train(model, job with { BaseModel = "sha256:other" }));
            Assert.Throws<CheckpointException>(() => Train(model, job with { Task = new CorpusTask("sub", judge: CorpusTask.Letters) }));
            var continued = new Stopping(stopped, int.MaxValue);
            var resumed = Train(model, job with { Progress = continued });

            Assert.Equal(options.Steps - stop, continued.Steps);
            Assert.Equal(whole.Losses, resumed.Losses);
            Assert.Equal(whole.Rewards, resumed.Rewards);
            Assert.Equal(whole.Divergences, resumed.Divergences);
            Assert.Equal(whole.Looks, resumed.Looks);
            AssertEqual(whole.Adapter, resumed.Adapter);
        }
    }

    [Theory]
    [InlineData("next-token", "svf")]
    [InlineData("sampled", "svf")]
    [InlineData("sampled", "sigmoid")]
    [InlineData("next-token", "lora")]
    [InlineData("sampled", "lora")]
    public void Experts_that_are_trained_together_get_the_gradients_that_they_get_alone(string objective, string adapter)
    {
        using var scope = NewDisposeScope();
        using var model = nano.CreateModel(scale: 4);
        ExpertTrainingJob[] jobs =
        [
            Job(Options(objective, adapter), "add"),
            Job(Options(objective, adapter) with { Seed = 7, KlCoefficient = 0 }, "sort"),
            Job(Options("next-token", adapter) with { Seed = 3, Rows = 1 }, "greet"),
        ];
        var together = Gradients(model, jobs);
        Assert.Equal(together.Length, together.DistinctBy(own => own.Norm).Count());
        foreach (var (i, job) in jobs.Index())
        {
            var alone = Gradients(model, [job])[0];
            Assert.Equal(alone.Loss, together[i].Loss, Math.Abs(alone.Loss) * 1e-5);
            Assert.True(alone.Norm > 0);
            foreach (var (own, shared) in alone.Gradients.Zip(together[i].Gradients))
                Assert.InRange((own - shared).abs().max().ToDouble(), 0, alone.Norm * 1e-5);
        }
    }

    [Fact]
    public void Kinds_of_adapters_can_be_mixed()
    {
        using var scope = NewDisposeScope();
        using var model = nano.CreateModel(scale: 4);
        ExpertTrainingJob[] jobs =
        [
            Job(Options("sampled", "lora"), "add"),
            Job(Options("sampled", "svf") with { Adapter = new() { Modules = "attention", Layers = new LayerRange(1, 1) } }, "sort"),
            Job(Options("sampled", "lora") with { Adapter = new() { Kind = "lora", Modules = "all", Rank = 2 } }, "greet"),
        ];
        var together = Gradients(model, jobs);
        foreach (var (i, job) in jobs.Index())
        {
            var alone = Gradients(model, [job])[0];
            foreach (var (own, shared) in alone.Gradients.Zip(together[i].Gradients))
                Assert.InRange((own - shared).abs().max().ToDouble(), 0, alone.Norm * 2e-5);
        }
    }

    [Fact]
    public void Trainings_of_different_lengths_run_together_and_are_as_good_as_alone()
    {
        using var model = nano.CreateModel(scale: 4);
        ExpertTrainingJob[] jobs = [Job(Options("next-token", "svf"), "add"), Job(Options("next-token", "svf") with { Steps = 2, Seed = 5 }, "sort")];
        var together = new MultiExpertTraining(model, jobs).Run(TestContext.Current.CancellationToken);
        Assert.Equal([6, 2], together.Select(trained => trained.Losses.Count));
        foreach (var (job, shared) in jobs.Zip(together))
            Assert.All(Train(model, job).Losses.Zip(shared.Losses), losses => Assert.Equal(losses.First, losses.Second, 1e-4));
    }

    [Theory]
    [InlineData("next-token", "svf")]
    [InlineData("next-token", "lora")]
    [InlineData("sampled", "svf")]
    [InlineData("sampled", "lora")]
    public void Training_learns(string objective, string adapter)
    {
        using var model = nano.CreateModel(scale: 6);
        var options = Options(objective, adapter) with { Steps = 15, LearningRate = 0.05, KlCoefficient = 0, ValidationInterval = 15, Prompts = 8, Samples = 4 };
        var trained = Train(model, Job(options, "greet"));
        if (objective == "next-token") Assert.True(trained.Losses.TakeLast(5).Average() < trained.Losses.Take(2).Average(), string.Join(' ', trained.Losses));
        else Assert.True(trained.Rewards.TakeLast(5).Average() > trained.Rewards.Take(5).Average(), string.Join(' ', trained.Rewards));
    }

    [Fact]
    public void The_divergence_from_the_base_is_nothing_at_first_and_holds_the_policy_back()
    {
        using var model = nano.CreateModel(scale: 4);
        var options = Options("sampled", "svf") with { LearningRate = 0.05, KlCoefficient = 0.001 };
        var free = Train(model, Job(options, "greet"));
        var held = Train(model, Job(options with { KlCoefficient = 10 }, "greet"));
        Assert.Equal(0, free.Divergences[0], 1e-5);
        Assert.True(free.Divergences[^1] > 1e-4);
        Assert.True(held.Divergences[^1] < free.Divergences[^1]);
    }

    [Fact]
    public void The_state_is_chosen_by_validation_alone_and_may_be_the_base()
    {
        using var model = nano.CreateModel(scale: 4);
        var never = new CorpusTask("add", judge: (_, _) => Verdict.Of(false));
        var trained = Train(model, Job(Options("sampled", "svf"), "add") with { Task = never, Guard = new CorpusTask("sort", judge: (_, _) => Verdict.Of(true)) });
        Assert.Equal(0, trained.Best.Step);
        Assert.True(trained.Vector.IsIdentity);
        Assert.Equal(1, trained.Best.Others.Value);
        var asked = never.Judged;
        Assert.DoesNotContain(never.Questions(Training.Corpus.Split.Test), question => asked.Contains(question.Id));
        Assert.Contains(never.Questions(Training.Corpus.Split.Validation), question => asked.Contains(question.Id));
    }

    [Fact]
    public void A_training_that_finds_nothing_better_ends_early()
    {
        using var model = nano.CreateModel(scale: 4);
        var options = Options("next-token", "svf") with { Steps = 20, ValidationInterval = 2, Patience = 2 };
        var trained = Train(model, Job(options, "add") with { Task = new CorpusTask("add", judge: (_, _) => Verdict.Of(false)) });
        Assert.Equal(4, trained.Losses.Count);
        Assert.Equal([0, 2, 4], trained.Looks.Select(look => look.Step));
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("fails")]
    [InlineData("NaN")]
    [InlineData("too much")]
    public void A_verifier_that_cannot_judge_ends_the_run_with_a_checkpoint(string fault)
    {
        using var folder = new TemporaryFolder();
        using var model = nano.CreateModel(scale: 4);
        var isBroken = false;
        var task = new CorpusTask("add", judge: (question, answer) => !isBroken ? CorpusTask.Letters(question, answer) : fault switch
        {
            "throws" => throw new VerificationException("The sandbox is gone."),
            "fails" => throw new InvalidOperationException("bug"),
            _ => new Verdict(true, fault == "NaN" ? double.NaN : 1.5),
        });
        var options = Options("sampled", "svf");
        var whole = Train(model, Job(options, "add") with { Task = task });
        var job = Job(options, "add") with { Task = task, CheckpointPath = folder.File("checkpoint"), Progress = new Breaking(2, () => isBroken = true) };

        Assert.Throws<VerificationException>(() => Train(model, job));

        isBroken = false;
        var continued = new Stopping(null, int.MaxValue);
        var resumed = Train(model, job with { Progress = continued });
        Assert.Equal(options.Steps - 2, continued.Steps);
        AssertEqual(whole.Adapter, resumed.Adapter);
    }

    [Theory]
    [InlineData("next-token")]
    [InlineData("sampled")]
    public void A_training_that_diverges_never_leaves_what_is_no_number(string objective)
    {
        using var model = nano.CreateModel(scale: 4);
        var options = Options(objective, "svf") with { LearningRate = 10, WarmupSteps = 0, Optimizer = "adam" };
        var job = Job(options, "add") with { Options = options with { Adapter = new() { Modules = "all" } } };
        using var training = new MultiExpertTraining(model, [job], new HugeRollouts(model)).Start();
        if (objective == "sampled")
        {
            Assert.Throws<TrainingDivergedException>(() => training.Run(TestContext.Current.CancellationToken));
        }
        else
        {
            using (no_grad())
            {
                foreach (var (_, z) in training.Adapters[0].Parameters) z.fill_(3e38f);
            }

            var trained = training.Run(TestContext.Current.CancellationToken)[0];
            Assert.All(trained.Losses, loss => Assert.True(double.IsNaN(loss)));
            Assert.Equal(0, trained.Best.Step);
        }

        Assert.All(training.Adapters[0].Parameters, entry => Assert.True(entry.Value.isfinite().all().ToBoolean()));
    }

    [Fact]
    public void A_training_leaves_no_tensor_behind()
    {
        using var model = nano.CreateModel(scale: 4);
        ExpertTrainingJob[] jobs = [Job(Options("sampled", "svf"), "add"), Job(Options("greedy", "lora"), "sort")];
        Run();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Run();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Run() => new MultiExpertTraining(model, jobs).Run(TestContext.Current.CancellationToken);
    }

    public static TheoryData<TaskTrainingOptions> Unusable =>
    [
        new TaskTrainingOptions { Objective = "dpo" }, new TaskTrainingOptions { Optimizer = "sgd" }, new TaskTrainingOptions { Schedule = "step" }, new TaskTrainingOptions { LearningRate = double.NaN }, new TaskTrainingOptions { Steps = 0 },
        TaskTrainingOptions.For("reinforce") with { Baseline = "critic" }, TaskTrainingOptions.For("reinforce") with { Samples = 1 },
        TaskTrainingOptions.For("reinforce") with { Temperature = 0 }, TaskTrainingOptions.For("reinforce") with { KlCoefficient = -1 },
    ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public void Options_that_cannot_be_used_are_refused(TaskTrainingOptions options)
    {
        using var model = nano.CreateModel();
        Assert.Throws<ArgumentException>(() => new MultiExpertTraining(model, [Job(options, "add")]));
    }

    private static TaskTrainingOptions Options(string objective, string adapter) => new()
    {
        Objective = objective == "next-token" ? objective : "reinforce",
        Adapter = adapter switch
        {
            "lora" => Lora,
            "sigmoid" => new() { Mask = "sigmoid", Renormalize = true, InitialNoise = 0.01 },
            _ => new(),
        },
        Samples = objective == "greedy" ? 1 : 3,
        Temperature = objective == "greedy" ? 0 : 1,
        Baseline = objective == "greedy" ? "none" : "leave-one-out",
        KlCoefficient = objective == "next-token" ? 0 : 0.1,
        Optimizer = objective == "greedy" ? "adam" : "adamw",
        Schedule = "cosine",
        Steps = 6,
        Rows = 2,
        RowLength = 64,
        Prompts = 4,
        LearningRate = 0.02,
        WarmupSteps = 2,
        ClipNorm = 1,
        ValidationInterval = 3,
        ValidationQuestions = 8,
    };

    private ExpertTrainingJob Job(TaskTrainingOptions options, string family) =>
        new(new CorpusTask(family, judge: CorpusTask.Letters), Encoder, options) { BaseModel = "sha256:base" };

    private static TrainedExpert<ValidationLook> Train(Decoder model, ExpertTrainingJob job) =>
        new MultiExpertTraining(model, [job]).Run(TestContext.Current.CancellationToken)[0];

    private static (double Loss, double Norm, Tensor[] Gradients)[] Gradients(Decoder model, ExpertTrainingJob[] jobs)
    {
        var multi = new MultiExpertTraining(model, jobs);
        using var training = multi.Start();
        // Away from the start, where experts are alike.
        foreach (var (i, adapter) in training.Adapters.Index())
        {
            using var guard = no_grad();
            using var generator = new Generator((ulong)adapter.Parameters[0].Value.NumberOfElements + jobs[i].Options.Seed, CPU);
            foreach (var (_, parameter) in adapter.Parameters) parameter.add_(randn(parameter.shape, generator: generator) * 0.1f);
        }

        var losses = ((IAdapterObjective<ValidationLook>)multi).Losses(
            [.. training.Adapters.Select((adapter, i) => new TrainingTurn(i, adapter, 1))], TestContext.Current.CancellationToken);
        stack(losses.Select(loss => loss.Loss)).sum().backward();
        return [.. training.Adapters.Zip(losses, (adapter, loss) =>
        {
            Tensor[] gradients = [.. adapter.Parameters.Select(entry => entry.Value.grad!.clone())];
            return (loss.Loss.ToDouble(), stack(gradients.Select(gradient => gradient.square().sum())).sum().sqrt().ToDouble(), gradients);
        })];
    }

    private static void AssertEqual(AdapterWeights expected, AdapterWeights got)
    {
        if (expected is SvfWeights svf)
        {
            Assert.Equal(svf.Vector.Digest, ((SvfWeights)got).Vector.Digest);
            return;
        }

        var matrices = ((LoraWeights)got).Matrices;
        foreach (var (name, matrix) in ((LoraWeights)expected).Matrices)
        {
            Assert.Equal(matrix.A, matrices[name].A);
            Assert.Equal(matrix.B, matrices[name].B);
        }
    }

    /// <summary>Cancels after some steps.</summary>
    private sealed class Stopping(CancellationTokenSource? cancellation, int after) : IProgress<TrainingProgress>
    {
        public int Steps { get; private set; }

        public void Report(TrainingProgress value)
        {
            if (++Steps == after) cancellation!.Cancel();
        }
    }

    private sealed class Breaking(int after, Action action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == after) action();
        }
    }

    /// <summary>Answers as a model whose multipliers are out of all bounds.</summary>
    private sealed class HugeRollouts(Decoder model) : IRollouts
    {
        private readonly TorchRollouts _rollouts = new(model);

        public ValueTask<IReadOnlyList<Rollout>> Generate(IReadOnlyList<RolloutRequest> requests, CancellationToken cancellationToken)
        {
            var huge = requests[0].Adapter is SvfWeights svf
                ? new SvfWeights(new ExpertVector(svf.Vector.Multipliers.Select(entry => KeyValuePair.Create(entry.Key, Enumerable.Repeat(3e38f, entry.Value.Length).ToArray()))))
                : null;
            return _rollouts.Generate([.. requests.Select(request => request with { Adapter = huge })], cancellationToken);
        }
    }
}
