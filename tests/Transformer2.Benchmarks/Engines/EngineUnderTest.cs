using Microsoft.Extensions.Logging.Abstractions;
using Transformer2.Engine;
using Transformer2.Experts;

namespace Transformer2.Benchmarks;

/// <summary>An engine of one of the models, and how it is asked.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    private const double Never = -1e6; // as a bias

    private readonly InferenceEngine _engine;
    private int _requests;

    private EngineUnderTest(InferenceEngine engine) => _engine = engine;

    /// <summary>Its model.</summary>
    public ModelInfo Model => _engine.Model;

    /// <summary>What it is doing.</summary>
    public EngineStatus Status => _engine.Status;

    /// <summary>Loads an engine.</summary>
    /// <param name="settings">Threads, runner and where models are.</param>
    /// <param name="shape">The model.</param>
    /// <param name="precision">Its precision.</param>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="experts">Whether experts can be applied; needs the model's decomposition.</param>
    /// <param name="change">Further options.</param>
    /// <param name="time">The engine's clock.</param>
    public static async Task<EngineUnderTest> StartAsync(
        Settings settings,
        ModelShape shape,
        Precision precision,
        int rows,
        bool experts = false,
        Func<EngineOptions, EngineOptions>? change = null,
        TimeProvider? time = null)
    {
        var options = new EngineOptions
        {
            ModelDirectory = settings.Models.Folder(shape, precision),
            DecompositionCacheDirectory = settings.Models.Decompositions,
            Decompose = experts,
            MaxSequences = rows,
            Threads = settings.Threads,
        };
        options = RunnerChoice.Apply(options, settings.Runner, precision);
        Progress.Say($"loading {shape.Name} {precision}");
        var engine = await InferenceEngine.LoadAsync(change?.Invoke(options) ?? options, NullLogger.Instance, new LoadProgress(), time);
        return new EngineUnderTest(engine);
    }

    /// <summary>Random prompt tokens of its vocabulary.</summary>
    public int[] Prompt(int seed, int length) => RandomPrompt.Tokens(seed, length, Model.VocabularySize);

    /// <summary>Answers a prompt greedily with exactly so many tokens.</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="tokens">Length of the answer.</param>
    /// <param name="expert">The expert; null is the base model.</param>
    /// <param name="onTokens">Is told of every arrival.</param>
    /// <param name="never">A token that is never generated.</param>
    /// <param name="cancellationToken">Cancels the request; what came until then is the answer.</param>
    public async Task<Answer> AnswerAsync(
        int[] prompt, int tokens, ExpertVector? expert = null, Action<int>? onTokens = null, int? never = null, CancellationToken cancellationToken = default)
    {
        var request = new GenerationRequest
        {
            RequestId = $"{Interlocked.Increment(ref _requests)}",
            Prompt = new Prompt.Tokens(prompt),
            Experts = expert is null ? [] : [new WeightedExpert(expert, 1)],
            Sampling = never is { } token ? new SamplingOptions { LogitBias = new Dictionary<int, double> { [token] = Never } } : SamplingOptions.Greedy,
            MaxTokens = tokens,
            IgnoreEndOfAnswer = true,
        };
        var answer = new Answer();
        try
        {
            await foreach (var generated in _engine.GenerateAsync(request, cancellationToken))
            {
                answer.Take(generated);
                if (generated is TextDelta delta) onTokens?.Invoke(delta.TokenIds.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        return answer;
    }

    /// <summary>Answers several prompts at once.</summary>
    public Task<Answer[]> AnswerAllAsync(IEnumerable<int[]> prompts, int tokens, IReadOnlyList<ExpertVector?>? experts = null) =>
        Task.WhenAll(prompts.Select((prompt, row) => AnswerAsync(prompt, tokens, experts?[row])));

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private sealed class LoadProgress : IProgress<EngineLoadProgress>
    {
        private const int Every = 30;

        public void Report(EngineLoadProgress value)
        {
            if (value.Phase.StartsWith("Decomposing", StringComparison.Ordinal) && (value.Done % Every == 0 || value.Done == value.Total))
                Progress.Say($"  {value.Phase} {value.Done}/{value.Total}");
        }
    }
}
