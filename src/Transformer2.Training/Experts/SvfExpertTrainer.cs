using System.Diagnostics;
using TorchSharp;
using Transformer2.Experts;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using Transformer2.Tokenization;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Optimizers;
using Transformer2.Training.Reports;
using static TorchSharp.torch;

namespace Transformer2.Training.Experts;

/// <summary>
/// Trains an expert by next-token prediction on a category's careful answers: one multiplier per singular value of the MLP matrices,
/// from ones, without mask or renormalisation, so that the parameter is the effective multiplier itself (arXiv 2501.06252, section 3.2).
/// Questions of the category's unseen family are never used, and none of the test split.
/// </summary>
public sealed class SvfExpertTrainer
{
    private readonly Decoder _model;
    private readonly Category _category;
    private readonly ExpertTrainingOptions _options;
    private readonly ConversationEncoder _encoder;
    private readonly TaskFamily[] _families;
    private readonly EncodedExample[] _ownValidation;
    private readonly EncodedExample[] _otherValidation;

    /// <summary>Prepares the training of one category's expert. The model needs its decomposition and is not changed.</summary>
    public SvfExpertTrainer(Decoder model, ITokenizer tokenizer, Category category, ExpertTrainingOptions options)
    {
        _model = model;
        _category = category;
        _options = options;
        _encoder = new ConversationEncoder(tokenizer);
        _families = [.. TaskFamilies.All.Where(family => family.Category == category && !family.Unseen)];
        _ownValidation = Validation(_families);
        _otherValidation = Validation(TaskFamilies.All.Where(family => family.Category != category && !family.Unseen));
    }

    /// <summary>Trains and returns the state that did best on the validation split.</summary>
    public TrainedExpert Run(IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var parameters = _model.Projections
            .Where(projection => projection.Name.Contains(".mlp.", StringComparison.Ordinal))
            .Select(projection => KeyValuePair.Create(projection.Name, ones(projection.Factors!.Rank).requires_grad_(true)))
            .ToArray();
        using var optimizer = new AdamW(parameters);
        try
        {
            return Run(parameters, optimizer, progress, cancellationToken);
        }
        finally
        {
            foreach (var parameter in parameters) parameter.Value.Dispose();
        }
    }

    private TrainedExpert Run(
        KeyValuePair<string, Tensor>[] parameters, AdamW optimizer, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var best = Validate(parameters, step: 0, cancellationToken);
        var history = new List<TrainedExpert> { best };
        var losses = new List<double>();
        var clock = Stopwatch.StartNew();
        for (var step = 1; step <= _options.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (loss, tokens) = Step(parameters, optimizer, step);
            losses.Add(loss);
            progress?.Report(new TrainingProgress(step, _options.Steps, loss, _options.LearningRateAt(step), tokens, clock.Elapsed / step * (_options.Steps - step)));
            if (step % _options.ValidationInterval != 0 && step != _options.Steps) continue;
            var state = Validate(parameters, step, cancellationToken);
            history.Add(state);
            if (state.Score > best.Score) best = state;
        }

        return best with { Losses = losses, History = history };
    }

    private (double Loss, int Tokens) Step(KeyValuePair<string, Tensor>[] parameters, AdamW optimizer, int step)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(step);
        var loss = NextTokenLoss.Compute(_model, batch, RowExperts.ForAllRows(parameters));
        loss.backward();
        optimizer.Step(_options.LearningRateAt(step), step);
        Gradients.Clear([.. parameters.Select(entry => entry.Value)]);
        return (loss.ToDouble(), batch.Placements.Sum(placement => placement.Example.Ids.Length));
    }

    private PackedBatch Batch(int step)
    {
        var random = SeededRandom.For(_options.Seed, (ulong)step);
        var examples = new Queue<EncodedExample>();
        for (var tokens = 0; tokens < _options.Rows * _options.RowLength;)
        {
            var family = random.Pick(_families);
            var item = Splits.Draw(family, Split.Train, random);
            var example = Encode(family, item, random.Next(TaskFamilies.Phrasings));
            tokens += example.Ids.Length;
            examples.Enqueue(example);
        }

        return PackedBatch.Pack(examples, _options.Rows, _options.RowLength, promptWeight: 0);
    }

    private TrainedExpert Validate(KeyValuePair<string, Tensor>[] parameters, int step, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var experts = RowExperts.ForAllRows(parameters.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.detach())));
        return new TrainedExpert(
            step,
            new ExpertVector(parameters.ToDictionary(entry => entry.Key, entry => entry.Value.detach().data<float>().ToArray())),
            Share(Grader.Grade(_model, _ownValidation, experts, cancellationToken)),
            Share(Grader.Grade(_model, _otherValidation, experts, cancellationToken)));
    }

    private static Proportion Share(bool[] right) => new(right.Count(value => value), right.Length);

    private EncodedExample[] Validation(IEnumerable<TaskFamily> of) =>
        [.. of.SelectMany(family => Splits.Questions(family, Split.Validation, _options.ValidationQuestions, _options.Seed)
            .Select(question => Encode(family, question.Item, question.Phrasing)))];

    private EncodedExample Encode(TaskFamily family, TaskItem item, int phrasing) =>
        _encoder.Encode(new Conversation(item.Prompts[phrasing], Authors.InForm(family.Category, item.Answer)));
}
