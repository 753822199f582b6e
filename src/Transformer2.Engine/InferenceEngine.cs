using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Transformer2.Experts;
using Transformer2.Tokenization;

namespace Transformer2.Engine;

/// <summary>
/// The engine of one base model: a dedicated thread owns the model and steps the batch, everybody else hands it requests and reads
/// events. libtorch's scopes are bound to a thread, and blocked pool threads would stall the silo.
/// </summary>
public sealed class InferenceEngine : IInferenceEngine
{
    private readonly LoadedModel _model;
    private readonly EngineOptions _options;
    private readonly ModelThread _thread;
    private readonly TimeProvider _time;
    private ulong _requests;

    private InferenceEngine(LoadedModel model, EngineOptions options, ModelThread thread, TimeProvider time)
    {
        _model = model;
        _options = options;
        _thread = thread;
        _time = time;
    }

    /// <inheritdoc/>
    public ModelInfo Model => _model.Info;

    /// <summary>Whether answers have text, and prompts may be text.</summary>
    public bool HasTokenizer => _model.Text.HasTokenizer;

    /// <inheritdoc/>
    public EngineStatus Status => _thread.Status;

    /// <summary>Loads a model, with its decomposition, and starts its thread.</summary>
    /// <exception cref="Modeling.Checkpoints.CheckpointException">The model folder cannot be used.</exception>
    /// <exception cref="Modeling.Checkpoints.PlacementException">The number type or the device does not exist here.</exception>
    /// <exception cref="TokenizerException">Its tokenizer cannot be used.</exception>
    /// <exception cref="ChatTemplateException">Its chat template cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The batch does not fit into memory.</exception>
    public static async Task<InferenceEngine> LoadAsync(
        EngineOptions options, ILogger logger, IProgress<EngineLoadProgress>? progress = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var thread = new ModelThread(options, logger, time ?? TimeProvider.System);
        var model = await thread.LoadAsync(progress, cancellationToken);
        EngineLog.Loaded(logger, model.Info.Id, model.Info.ParameterCount, model.Info.ContextLength, options.MaxSequences);
        return new InferenceEngine(model, options, thread, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Abandoning the enumerator cancels, as the token does.
        var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var begun = Begin(request, abandoned, out var sequence);
        Submit(sequence);
        await foreach (var generated in begun.ReadAsync(cancellationToken)) yield return generated;
    }

    /// <inheritdoc/>
    public async Task<ScoringResult> ScoreAsync(ScoringRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(request.Continuations.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Continuations.Count, ScoringRequest.MaxContinuations);
        var (prompt, groups) = _model.Text.Encode(request.Prompt, request.Continuations, Model.ContextLength);
        var scores = new ScoreCollection(prompt, groups, _time, Metrics.Begin(request, prompt.Length), cancellationToken);
        var sequence = new ScoreSequence(request, group: 0, Compose(request.Experts), scores);
        if (request.Speculations.Count == 0)
        {
            Submit(sequence);
            return await scores.Result;
        }

        var speculations = Speculate(request.Speculations, cancellationToken);
        try
        {
            Submit(sequence, [.. speculations.Select(speculation => speculation.Sequence)]);
            return await scores.Result with { Speculations = [.. speculations.Select(speculation => speculation.Begun)] };
        }
        catch
        {
            foreach (var (begun, _) in speculations) await begun.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same example in token ids, for those that score it many times: its texts are then rendered and encoded once.</summary>
    /// <exception cref="EngineException">Its prompt or answer are empty, too long, or not what this model can take.</exception>
    public ScoredExample Encode(ScoredExample example)
    {
        var (prompt, groups) = _model.Text.Encode(example.Prompt, [example.Answer], Model.ContextLength);
        var last = groups[0].Ends[0].Token;
        var answer = Continuation.OfTokens(last is { } token ? [.. groups[0].Stem, token] : groups[0].Stem) with { EndsAnswer = last is null };
        return new ScoredExample(new Prompt.Tokens(prompt), answer);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _thread.DisposeAsync();

    /// <summary>What the engine tells about itself.</summary>
    internal EngineMetrics Metrics => _thread.Metrics;

    // What is wrong with a speculation concerns nobody until it is wanted, and then it is asked for again.
    private List<(BegunGeneration Begun, AnswerSequence Sequence)> Speculate(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken)
    {
        var begun = new List<(BegunGeneration, AnswerSequence)>(requests.Count);
        foreach (var request in requests)
        {
            try
            {
                begun.Add((Begin(request, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken), out var sequence), sequence));
            }
            catch (EngineException)
            {
            }
        }

        return begun;
    }

    private BegunGeneration Begin(GenerationRequest request, CancellationTokenSource cancellation, out AnswerSequence sequence)
    {
        try
        {
            sequence = Prepare(request, cancellation.Token);
            return new BegunGeneration(request, sequence.Events, cancellation);
        }
        catch
        {
            cancellation.Dispose();
            throw;
        }
    }

    // A refusal is an end like any other, but for the one who waits for it.
    private void Submit(Sequence sequence, IReadOnlyList<Sequence>? along = null)
    {
        try
        {
            _thread.Submit(sequence, along ?? []);
        }
        catch (EngineException e)
        {
            sequence.Fail(e);
            throw;
        }
    }

    private AnswerSequence Prepare(GenerationRequest request, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Answers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(request.MinTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Logprobs);
        if (request.Sampling.LogitBias.Keys.Any(id => id < 0 || id >= Model.VocabularySize))
            throw new EngineException(EngineError.InvalidLogitBias, $"A logit bias is for a token outside the vocabulary of {Model.VocabularySize}.");
        var prompt = _model.Text.Encode(request.Prompt, Model.ContextLength);
        var sampler = new Sampler(request.Sampling, prompt, fallbackSeed: (ulong)_time.GetTimestamp() + Interlocked.Increment(ref _requests));
        var text = _model.Text.CreateAnswer([.. request.Stop.Select(stop => new StopText(stop))], request.MinTokens);
        var maxTokens = Math.Min(request.MaxTokens, Model.ContextLength - prompt.Length);
        var expert = Compose(request.Experts);
        var stream = new AnswerStream(request.Answers, _time, Metrics.Begin(request, prompt.Length));
        return new AnswerSequence(request, prompt, expert, sampler, text, maxTokens, stream, cancellation);
    }

    private static ExpertVector Compose(IReadOnlyList<WeightedExpert> experts)
    {
        if (experts.Count == 0) return ExpertVector.Identity;
        try
        {
            var expert = ExpertComposition.Linear(experts);
            _ = expert.Digest; // computed once, and here, so that the model thread need not
            return expert;
        }
        catch (ExpertCompositionException e)
        {
            throw new EngineException(EngineError.InvalidMixture, e.Message, e);
        }
    }
}
