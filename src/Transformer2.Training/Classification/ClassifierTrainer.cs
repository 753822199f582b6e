using System.Runtime.InteropServices;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Experts;
using Transformer2.Training.Reports;
using static TorchSharp.torch;

namespace Transformer2.Training.Classification;

/// <summary>
/// Trains a classification expert: multipliers with which the model, asked for a prompt's category, answers with the right label
/// (arXiv 2501.06252: it adapts the first pass of dispatch). It is no task expert: nothing here looks at what it does to other answers.
/// </summary>
/// <remarks>
/// The set of answers is closed, so REINFORCE needs no generation: one pass over a prompt with all labels behind it gives the probability of
/// each, and a label is drawn from these, renormalised. The gradient of log p(label) is that of a model that can answer with labels only.
/// </remarks>
public sealed class ClassifierTrainer : IAdapterObjective<ClassifierLook>
{
    private readonly Decoder _model;
    private readonly ClassifierOptions _options;
    private readonly string? _baseModel;
    private readonly IReadOnlyList<string> _labels;
    private readonly ClassificationEncoder _encoder;
    private readonly int _rowLength;
    private readonly EncodedPrompt[][] _train; // by label
    private readonly EncodedPrompt[] _validation;
    private readonly EncodedPrompt[] _test;

    /// <summary>Prepares a training: encodes all prompts.</summary>
    /// <param name="model">The base model; needs its decomposition and is not changed.</param>
    /// <param name="tokenizer">The model's, with its chat template.</param>
    /// <param name="data">The examples.</param>
    /// <param name="options">How.</param>
    /// <param name="template">What the model is asked; null for <see cref="ClassificationTemplates.Default"/>.</param>
    /// <param name="baseModel">The model's fingerprint, by which a checkpoint knows whose it is.</param>
    /// <param name="limits">How long prompts may be; null for <see cref="ClassificationLimits.Default"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ClassificationDataException">A prompt or a label does not fit the model.</exception>
    /// <exception cref="ChatTemplateException">The model has no chat template, or it refuses the conversation.</exception>
    public ClassifierTrainer(
        Decoder model,
        ModelTokenizer tokenizer,
        ClassificationData data,
        ClassifierOptions options,
        ClassificationTemplate? template = null,
        string? baseModel = null,
        ClassificationLimits? limits = null,
        CancellationToken cancellationToken = default)
    {
        _model = model;
        _options = options;
        _baseModel = baseModel;
        _labels = data.Labels;
        var room = new PromptRoom(model.Config.ContextLength, model.Config.Window?.Length, (limits ?? ClassificationLimits.Default).MaxPromptTokens);
        _rowLength = Math.Min(options.RowLength, Math.Min(room.Context, room.Window ?? int.MaxValue));
        _encoder = new ClassificationEncoder(tokenizer, template ?? ClassificationTemplates.Default, _labels, room);
        var train = Encode(data.Train, cancellationToken);
        _train = [.. _labels.Select((_, label) => train.Where(prompt => prompt.Label == label).ToArray())];
        _validation = Encode([.. data.Validation.GroupBy(prompt => prompt.Label).SelectMany(group => group.Take(options.ValidationPerLabel))], cancellationToken);
        _test = Encode(data.Test, cancellationToken);
    }

    /// <summary>Trains, keeps the state that did best on the validation prompts, and measures it and the base model on the test prompts.</summary>
    /// <inheritdoc cref="SvfExpertTrainer.Run"/>
    public TrainedClassifier Run(string? checkpointPath = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var settings = new Settings(_baseModel, DataDigest(), _options);
        var trained = AdapterTraining.Run(_model, _options, settings, this, checkpointPath, progress, cancellationToken);
        return new TrainedClassifier(trained, Measure(_test, experts: null, cancellationToken), Measure(_test, trained.Vector, cancellationToken));
    }

    /// <summary>Measures an expert, or the base model, on prompts of any origin.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="expert">The expert; null for the base model.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ClassificationDataException">A prompt does not fit the model, or its label is none of the classifier's.</exception>
    public ClassificationResult Evaluate(IReadOnlyList<LabelledPrompt> prompts, ExpertVector? expert = null, CancellationToken cancellationToken = default) =>
        Measure(Encode(prompts, cancellationToken), expert, cancellationToken);

    IReadOnlyList<StepLoss> IAdapterObjective<ClassifierLook>.Losses(IReadOnlyList<TrainingTurn> turns, CancellationToken cancellationToken)
    {
        var random = SeededRandom.For(_options.Seed, (ulong)turns[0].Step);
        var experts = turns[0].Experts();
        return [_options.Objective == ClassifierObjective.NextToken ? NextToken(experts, random) : Reinforce(experts, random)];
    }

    ClassifierLook IAdapterObjective<ClassifierLook>.Look(TrainingTurn turn, CancellationToken cancellationToken)
    {
        try
        {
            var result = Measure(_validation, turn.Experts(), cancellationToken);
            return new ClassifierLook(turn.Step, result.Matrix.Total, result.Matrix.MeanRight, result.Loss);
        }
        catch (NotFiniteNumberException)
        {
            // A training that diverged: worse than everything before.
            return new ClassifierLook(turn.Step, new(0, _validation.Length), 0, double.PositiveInfinity);
        }
    }

    private StepLoss NextToken(RowExperts? experts, SeededRandom random)
    {
        var examples = Draw(random, prompt => prompt.Ids.Length + _encoder.Answers.Ids[prompt.Label].Length)
            .Select(prompt => new EncodedExample([.. prompt.Ids, .. _encoder.Answers.Ids[prompt.Label]], prompt.Ids.Length))
            .ToArray();
        var length = Math.Max(_rowLength, examples.Max(example => example.Ids.Length));
        var rows = Math.Max(1, _options.Rows * _options.RowLength / length);
        using var batch = PackedBatch.Pack(new Queue<EncodedExample>(examples), rows, length, promptWeight: 0);
        return new StepLoss(NextTokenLoss.Compute(_model, batch, experts), batch.Tokens);
    }

    private StepLoss Reinforce(RowExperts? experts, SeededRandom random)
    {
        using var scope = NewDisposeScope();
        var prompts = Draw(random, prompt => prompt.Ids.Length + _encoder.Answers.Inputs);
        using var batch = LabelBatch.Pack(prompts, _encoder.Answers, _rowLength);
        var scores = LabelScores.Compute(_model, batch, _encoder.Answers, experts);
        var logPolicy = nn.functional.log_softmax(scores.Labels, 1); // [prompts, labels]
        var (chosen, rewards, advantages) = Choose(prompts, logPolicy.detach().cpu().data<float>().ToArray(), random);
        var picked = logPolicy.gather(1, tensor(chosen, [prompts.Length, 1], device: _model.Device)).squeeze(1); // [prompts]
        var loss = PolicyGradient.Loss(picked, tensor(advantages, device: _model.Device));
        if (_options.KlCoefficient > 0) loss = loss.add(Divergence(batch, scores.Tokens, chosen), alpha: Scalars.Of(_options.KlCoefficient));
        return new StepLoss(loss.MoveToOuterDisposeScope(), batch.Tokens, rewards.Average());
    }

    private (long[] Chosen, float[] Rewards, float[] Advantages) Choose(EncodedPrompt[] prompts, float[] logPolicy, SeededRandom random)
    {
        var chosen = new long[prompts.Length];
        var rewards = new float[prompts.Length];
        var advantages = new float[prompts.Length];
        foreach (var (i, prompt) in prompts.Index())
        {
            var policy = logPolicy.AsSpan(i * _labels.Count, _labels.Count);
            var isSampled = _options.Sampling == LabelSampling.Sample;
            chosen[i] = isSampled ? Sample(policy, random.NextDouble()) : MostProbable(policy);
            rewards[i] = chosen[i] == prompt.Label ? 1 : -1;
            var expected = (2 * MathF.Exp(policy[prompt.Label])) - 1;
            advantages[i] = rewards[i] - (isSampled ? expected : 0);
        }

        return (chosen, rewards, advantages);

        // Where nothing is a number, nothing can be learned any more, and any label is as good.
        static int MostProbable(ReadOnlySpan<float> policy) => float.IsNaN(policy[0]) ? 0 : ClassificationResult.MostProbable(policy);
    }

    private static int Sample(ReadOnlySpan<float> logPolicy, double left)
    {
        var label = 0;
        while (label < logPolicy.Length - 1 && (left -= Math.Exp(logPolicy[label])) >= 0) label++;
        return label;
    }

    // Of the answers that were chosen, per prompt.
    private Tensor Divergence(LabelBatch batch, Tensor tokens, long[] chosen)
    {
        using var scope = NewDisposeScope();
        Tensor reference;
        using (no_grad()) reference = LabelScores.TokenScores(_model, batch, experts: null);
        var answers = _encoder.Answers;
        var predictors = chosen.SelectMany((label, i) => answers.Ids[(int)label]
            .Select((_, token) => (i * (1L + answers.Inputs)) + answers.Predictors[answers.TargetStarts[(int)label] + token])).ToArray();
        var rows = tensor(predictors, device: _model.Device);
        var divergence = PolicyGradient.Divergence(tokens.index_select(0, rows), reference.index_select(0, rows));
        return (divergence / Scalars.Of(batch.Prompts.Count)).MoveToOuterDisposeScope();
    }

    // Labels come equally often, however many prompts each has.
    private EncodedPrompt[] Draw(SeededRandom random, Func<EncodedPrompt, int> tokensOf)
    {
        var prompts = new List<EncodedPrompt>();
        for (var tokens = 0; tokens < _options.Rows * _options.RowLength;)
        {
            var prompt = random.Pick(random.Pick(_train));
            tokens += tokensOf(prompt);
            prompts.Add(prompt);
        }

        return [.. prompts];
    }

    private ClassificationResult Measure(EncodedPrompt[] prompts, ExpertVector? expert, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        return Measure(prompts, expert is null or { IsIdentity: true } ? null : RowExperts.ForAllRows(expert, _model), cancellationToken);
    }

    private ClassificationResult Measure(EncodedPrompt[] prompts, RowExperts? experts, CancellationToken cancellationToken) =>
        ClassificationResult.Measure(_model, _labels, _encoder.Answers, prompts, _rowLength, experts, cancellationToken);

    private EncodedPrompt[] Encode(IReadOnlyList<LabelledPrompt> prompts, CancellationToken cancellationToken)
    {
        var numbers = _labels.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        return [.. prompts.Select(prompt =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _encoder.Encode(prompt, numbers.TryGetValue(prompt.Label, out var label)
                ? label
                : throw new ClassificationDataException(
                    ClassificationDataReason.LabelUnknown, $"The label '{prompt.Label}' is not one of {string.Join(", ", _labels)}.", prompt.Position));
        })];
    }

    // What decides the course beside the options: labels, template and tokenizer show in the ids.
    private string DataDigest()
    {
        using var digest = new Fingerprint("t2.classifier-data.v1");
        foreach (var ids in _encoder.Answers.Ids) digest.Add(MemoryMarshal.AsBytes<int>(ids));
        foreach (var part in _train.Append(_validation))
        {
            digest.Add(part.Length);
            foreach (var prompt in part) digest.Add(prompt.Label).Add(MemoryMarshal.AsBytes<int>(prompt.Ids));
        }

        return digest.Finish();
    }

    private sealed record Settings(string? BaseModel, string Data, ClassifierOptions Options);
}
