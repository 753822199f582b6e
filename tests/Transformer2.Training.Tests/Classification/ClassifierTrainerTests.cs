using TorchSharp;
using Transformer2.Adaptation.Classification;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.TestKit;
using Transformer2.Tokenization;
using Transformer2.Training.Classification;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Tests.Classification;

public sealed class ClassifierTrainerTests(NanoFixture nano)
{
    private static readonly ClassifierOptions NextToken = new() { Steps = 6, Rows = 2, ValidationInterval = 3, LearningRate = 0.05 };

    private static readonly ClassifierOptions Reinforce =
        ClassifierOptions.For(ClassifierObjective.Reinforce) with { Steps = 6, Rows = 2, ValidationInterval = 3, LearningRate = 0.05 };

    private readonly ModelTokenizer _tokenizer = ModelTokenizer.Load(nano.TokenizerFolder);

    public static TheoryData<string> Recipes => ["next-token", "sample", "greedy"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Training_starts_at_the_base_and_keeps_the_best_state(string recipe)
    {
        using var model = nano.CreateModel();
        var weights = model.Projections[0].Weight.data<float>().ToArray();
        var options = Of(recipe);

        var trained = Trainer(model, options).Run(cancellationToken: Token);

        Assert.Equal([0, 3, 6], trained.Expert.Looks.Select(look => look.Step));
        Assert.DoesNotContain(trained.Expert.Looks, look => look.IsBetterThan(trained.Expert.Best));
        Assert.Equal(trained.Expert.Best.Step == 0, trained.Expert.Vector.IsIdentity);
        Assert.Equal(options.Steps, trained.Expert.Losses.Count);
        Assert.Equal(recipe == "next-token" ? 0 : options.Steps, trained.Expert.Rewards.Count);
        Assert.All(trained.Expert.Rewards, reward => Assert.InRange(reward, -1, 1));
        Assert.All(trained.Expert.Vector.Multipliers.Keys, matrix => Assert.Contains(".mlp.", matrix, StringComparison.Ordinal));
        Assert.Equal(weights, model.Projections[0].Weight.data<float>().ToArray());
        Assert.Equal(Data().Test.Count, trained.BaseTest.Matrix.Total.Count);
        Assert.Equal(Data().Test.Count, trained.ExpertTest.Matrix.Total.Count);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void What_can_be_learned_is_learned(string recipe)
    {
        using var model = nano.CreateModel(seed: 2, scale: 15);
        var options = Of(recipe) with { Steps = 60, Rows = 4, ValidationInterval = 20, LearningRate = 0.1, KlCoefficient = 0.01 };

        var trained = Trainer(model, options).Run(cancellationToken: Token);

        Assert.True(trained.Expert.Best.Loss < trained.Expert.Looks[0].Loss - 0.1, $"{trained.Expert.Looks[0].Loss} to {trained.Expert.Best.Loss}");
        Assert.True(trained.ExpertTest.Matrix.MeanRight > trained.BaseTest.Matrix.MeanRight, $"{trained.BaseTest.Matrix.MeanRight} to {trained.ExpertTest.Matrix.MeanRight}");
        if (recipe == "next-token") Assert.True(trained.Expert.Losses[^1] < trained.Expert.Losses[0]);
        else Assert.True(trained.Expert.Rewards.TakeLast(10).Average() > trained.Expert.Rewards.Take(10).Average() + 0.05);
    }

    [Theory]
    [InlineData("next-token", 1)]
    [InlineData("next-token", 3)]
    [InlineData("sample", 4)]
    [InlineData("greedy", 5)]
    public void A_training_that_was_stopped_goes_on_as_if_it_had_not_been(string recipe, int stop)
    {
        using var folder = new TemporaryFolder();
        using var model = nano.CreateModel();
        var checkpoint = folder.File("checkpoint");
        var whole = Trainer(model, Of(recipe)).Run(cancellationToken: Token);

        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var steps = 0;
        var stopping = new Watcher(_ => { if (++steps == stop) stopped.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => Trainer(model, Of(recipe)).Run(checkpoint, stopping, stopped.Token));
        Assert.Equal(stop, steps);
        Assert.Throws<CheckpointException>(() => Trainer(model, Of(recipe) with { Seed = 2 }).Run(checkpoint, cancellationToken: Token));
        Assert.Throws<CheckpointException>(() => Trainer(model, Of(recipe), Data(prompts: 39)).Run(checkpoint, cancellationToken: Token));
        Assert.Throws<CheckpointException>(() => Trainer(model, Of(recipe), template: ClassificationTemplates.Nano with { User = "{prompt}?" }).Run(checkpoint, cancellationToken: Token));
        var resumed = Trainer(model, Of(recipe)).Run(checkpoint, stopping, Token);

        Assert.Equal(whole.Expert.Losses.Count, steps);
        Assert.Equal(whole.Expert.Losses, resumed.Expert.Losses);
        Assert.Equal(whole.Expert.Rewards, resumed.Expert.Rewards);
        Assert.Equal(whole.Expert.Looks, resumed.Expert.Looks);
        Assert.Equal(whole.Expert.Vector.Digest, resumed.Expert.Vector.Digest);
        Assert.Equal(whole.ExpertTest.Loss, resumed.ExpertTest.Loss);
    }

    [Fact]
    public void The_same_examples_in_another_order_give_the_same_expert()
    {
        using var model = nano.CreateModel();
        LabelledPrompt[] examples = [.. Examples()];
        var first = Trainer(model, NextToken, ClassificationData.Split(examples)).Run(cancellationToken: Token);
        Array.Reverse(examples);
        Assert.Equal(first.Expert.Vector.Digest, Trainer(model, NextToken, ClassificationData.Split(examples)).Run(cancellationToken: Token).Expert.Vector.Digest);
    }

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_training_leaves_no_tensor_behind(string recipe)
    {
        using var model = nano.CreateModel();
        Train();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Train();
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Train() => Trainer(model, Of(recipe) with { Steps = 2, ValidationInterval = 1 }).Run(cancellationToken: Token);
    }

    [Fact]
    public void A_training_that_diverges_ends_with_the_base()
    {
        using var model = nano.CreateModel();
        var trained = Trainer(model, Reinforce with { LearningRate = 1e30, ClipNorm = null, ValidationInterval = 1 }).Run(cancellationToken: Token);
        Assert.Contains(trained.Expert.Looks, look => double.IsInfinity(look.Loss));
        Assert.All(trained.Expert.Vector.Multipliers.Values, z => Assert.DoesNotContain(float.NaN, z.ToArray()));
    }

    [Fact]
    public void A_prompt_that_does_not_fit_the_model_is_named()
    {
        using var model = nano.CreateModel();
        LabelledPrompt[] examples = [.. Examples(), new(new string('7', 600), "math", 99)];
        var fault = Assert.Throws<ClassificationDataException>(() => Trainer(model, NextToken, ClassificationData.Split(examples)));
        Assert.Equal((ClassificationDataReason.PromptTooLong, 99), (fault.Reason, fault.Position));
        fault = Assert.Throws<ClassificationDataException>(() => Trainer(model, NextToken).Evaluate([new("what?", "poetry", 3)], cancellationToken: Token));
        Assert.Equal((ClassificationDataReason.LabelUnknown, 3), (fault.Reason, fault.Position));
    }

    [Fact]
    public void Any_expert_can_be_measured()
    {
        using var model = nano.CreateModel();
        var trainer = Trainer(model, NextToken);
        var prompts = Data().Test;
        var plain = trainer.Evaluate(prompts, cancellationToken: Token);
        Assert.Equal(plain.Loss, trainer.Evaluate(prompts, ExpertVector.Identity, Token).Loss);
        var other = new ExpertVector(model.Projections.Where(projection => projection.Name.Contains(".mlp.", StringComparison.Ordinal))
            .Select(projection => KeyValuePair.Create(projection.Name, Enumerable.Range(0, (int)projection.Factors!.Rank).Select(i => 1f + (i % 3)).ToArray())));
        Assert.NotEqual(plain.Loss, trainer.Evaluate(prompts, other, Token).Loss);
    }

    private static ClassifierOptions Of(string recipe) => recipe switch
    {
        "next-token" => NextToken,
        "sample" => Reinforce,
        _ => Reinforce with { Sampling = LabelSampling.Greedy },
    };

    private static ClassificationData Data(int prompts = 40) => ClassificationData.Split([.. Examples(prompts)]);

    private static IEnumerable<LabelledPrompt> Examples(int prompts = 40) => Enumerable.Range(0, prompts).SelectMany(i => new LabelledPrompt[]
    {
        new($"what is {i} + {i}?", "math"), new($"print('{(char)('a' + (i % 26))}'[{i}])", "code"), new($"who is tallest of {i}?", "reasoning"),
    });

    private ClassifierTrainer Trainer(Decoder model, ClassifierOptions options, ClassificationData? data = null, ClassificationTemplate? template = null) =>
        new(model, _tokenizer, data ?? Data(), options, template, "sha256:base", cancellationToken: Token);

    private sealed class Watcher(Action<TrainingProgress> onStep) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => onStep(value);
    }
}
