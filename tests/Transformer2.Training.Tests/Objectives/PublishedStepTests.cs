using System.Text.Json;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Svf;
using Transformer2.TestKit;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Objectives;
using Transformer2.Training.Rollouts;
using Transformer2.Training.Tasks;
using static TorchSharp.torch;

namespace Transformer2.Training.Tests.Objectives;

/// <summary>One step of the published REINFORCE, by the class that trains experts: only prompts, answers and rewards are given.</summary>
public sealed class PublishedStepTests
{
    [Theory]
    [InlineData("llama-tied", "nokl")]
    [InlineData("llama-tied", "kl")]
    [InlineData("llama-untied-rope3", "kl")]
    [InlineData("llama-bf16-sharded", "nokl")]
    [InlineData("llama-bf16-sharded", "kl")]
    [InlineData("mistral-swa", "kl")]
    [InlineData("qwen2-tied", "kl")]
    [InlineData("qwen3", "nokl")]
    [InlineData("qwen3", "kl")]
    public void A_step_is_the_published_one(string name, string variant)
    {
        using var scope = NewDisposeScope();
        using var folder = ModelFolder.Open(SharedFiles.Path($"oracles/forward/{name}"));
        using var model = folder.Load(ScalarType.Float32, CPU, progress: null, cancellationToken: TestContext.Current.CancellationToken);
        Decomposition.Attach(model, folder, cacheDirectory: null, cancellationToken: TestContext.Current.CancellationToken);
        using var file = SafetensorsFile.Open(SharedFiles.Path($"oracles/svf/{name}/reinforce_step_{variant}.safetensors"));
        var meta = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path($"oracles/svf/{name}/reinforce_step_{variant}.json"))).RootElement;
        var given = new GivenAnswers(file);
        var options = TaskTrainingOptions.Published with { Steps = 1, Prompts = given.Count, KlCoefficient = meta.GetProperty("kl_ref_coeff").GetDouble() };
        using var training = new MultiExpertTraining(model, [new ExpertTrainingJob(given, given, options)], given).Start();
        var parameters = training.Adapters[0].Parameters;
        using (no_grad())
        {
            foreach (var (matrix, p) in parameters) p.copy_(file.ReadTensor($"p_before.{matrix}"));
        }

        var result = training.Run(TestContext.Current.CancellationToken);

        Assert.NotEmpty(parameters);
        Assert.Equal(file.Tensors.Keys.Count(key => key.StartsWith("p_after.", StringComparison.Ordinal)), parameters.Count);
        // Adam's first step is lr * g / (|g| + 1e-8): it doubts the sign of what is about 1e-8 after the clipping, and there rounding decides.
        var kept = stack(parameters.Select(entry => file.ReadTensor($"grad.{entry.Key}").square().sum())).sum().sqrt().ToDouble();
        var (doubtful, all) = (0L, 0L);
        foreach (var (matrix, p) in parameters)
        {
            var isTiny = (file.ReadTensor($"grad.{matrix}") * (1e-3 / kept)).abs().lt(1e-7);
            var difference = (p - file.ReadTensor($"p_after.{matrix}")).abs();
            Assert.InRange(difference.masked_fill(isTiny, 0).max().ToDouble(), 0, 1e-5);
            Assert.InRange(difference.max().ToDouble(), 0, 1e-4);
            doubtful += isTiny.sum().ToInt64();
            all += p.NumberOfElements;
        }

        Assert.InRange(doubtful, 0, all / 50);
        var loss = meta.GetProperty("per_sample").EnumerateArray().Average(sample => sample.GetProperty("loss").GetDouble());
        Assert.Equal(loss, result[0].Losses[0], Math.Abs(loss) * 1e-3);
        if (variant == "kl")
            Assert.Equal(meta.GetProperty("per_sample").EnumerateArray().Average(sample => sample.GetProperty("kl_div").GetDouble()), result[0].Divergences[0], 1e-2);
    }

    [Theory]
    [InlineData("llama-tied", "nokl")]
    [InlineData("llama-tied", "kl")]
    [InlineData("qwen3", "kl")]
    public void The_gradients_are_the_published_ones(string name, string variant)
    {
        using var scope = NewDisposeScope();
        using var folder = ModelFolder.Open(SharedFiles.Path($"oracles/forward/{name}"));
        using var model = folder.Load(ScalarType.Float32, CPU, progress: null, cancellationToken: TestContext.Current.CancellationToken);
        Decomposition.Attach(model, folder, cacheDirectory: null, cancellationToken: TestContext.Current.CancellationToken);
        using var file = SafetensorsFile.Open(SharedFiles.Path($"oracles/svf/{name}/reinforce_step_{variant}.safetensors"));
        var meta = JsonDocument.Parse(File.ReadAllBytes(SharedFiles.Path($"oracles/svf/{name}/reinforce_step_{variant}.json"))).RootElement;
        var given = new GivenAnswers(file);
        var options = TaskTrainingOptions.Published with { Prompts = given.Count, KlCoefficient = meta.GetProperty("kl_ref_coeff").GetDouble() };
        var multi = new MultiExpertTraining(model, [new ExpertTrainingJob(given, given, options)], given);
        using var training = multi.Start();
        var parameters = training.Adapters[0].Parameters;
        using (no_grad())
        {
            foreach (var (matrix, p) in parameters) p.copy_(file.ReadTensor($"p_before.{matrix}"));
        }

        ((IAdapterObjective<Training.Experts.ValidationLook>)multi).Losses([new TrainingTurn(0, training.Adapters[0], 1)], TestContext.Current.CancellationToken)[0].Loss.backward();

        // The oracle keeps gradients after the clipping to 0.001; what is compared is their direction, at their own scale.
        var norm = meta.GetProperty("total_grad_norm_before_clipping").GetDouble();
        Assert.Equal(norm, stack(parameters.Select(entry => entry.Value.grad!.square().sum())).sum().sqrt().ToDouble(), norm * 1e-3);
        var kept = stack(parameters.Select(entry => file.ReadTensor($"grad.{entry.Key}").square().sum())).sum().sqrt().ToDouble();
        foreach (var (matrix, p) in parameters)
        {
            var expected = file.ReadTensor($"grad.{matrix}") * (norm / kept);
            Assert.InRange((p.grad! - expected).abs().max().ToDouble(), 0, norm * 1e-3);
        }
    }

    /// <summary>Prompts, answers and rewards of the oracle in place of a tokenizer, a model's answers and a verifier.</summary>
    private sealed class GivenAnswers : ITrainingTask, ITaskEncoder, IVerifier, IRollouts
    {
        private readonly int[][] _prompts;
        private readonly int[][] _completions;
        private readonly float[] _rewards;

        public GivenAnswers(SafetensorsFile file)
        {
            _rewards = file.ReadTensor("rewards").to_type(ScalarType.Float32).data<float>().ToArray();
            _prompts = [.. _rewards.Select((_, i) => Ids(file, $"prompt.{i}"))];
            _completions = [.. _rewards.Select((_, i) => Ids(file, $"completion.{i}"))];
        }

        public int Count => _rewards.Length;

        public string Name => "given";

        public IVerifier Verifier => this;

        public int MaxAnswerTokens => 1;

        public IReadOnlySet<int> EndIds => new HashSet<int>();

        public IReadOnlyList<TaskQuestion> Questions(Split split) => [.. _rewards.Select((_, i) => new TaskQuestion($"{i}", [new ChatMessage("user", $"{i}")], $"{i}"))];

        public IReadOnlyList<int> Prompt(TaskQuestion question) => _prompts[int.Parse(question.Id)];

        public IReadOnlyList<int> Answer(string text) => throw new NotSupportedException();

        public string Text(IReadOnlyList<int> ids) => "";

        public ValueTask<Verdict> Verify(TaskQuestion question, string answer, CancellationToken cancellationToken)
        {
            var reward = _rewards[int.Parse(question.Id)];
            return ValueTask.FromResult(new Verdict(reward > 0, reward));
        }

        public ValueTask<IReadOnlyList<Rollout>> Generate(IReadOnlyList<RolloutRequest> requests, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<Rollout>>([.. requests.Select(request =>
                new Rollout(_completions[Array.FindIndex(_prompts, prompt => prompt.SequenceEqual(request.Prompt))], IsComplete: false))]);

        private static int[] Ids(SafetensorsFile file, string name) => [.. file.ReadTensor(name).flatten().to_type(ScalarType.Int64).data<long>().Select(id => (int)id)];
    }
}
