using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Tokenization;
using Transformer2.Training.Adapters;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Evaluation;
using Transformer2.Training.Reports;

namespace Transformer2.Training.Experts;

/// <summary>
/// Trains an expert by next-token prediction on a category's careful answers (<see cref="AdapterOptions"/> says what is
/// trained). Questions of the category's unseen family are never used, and none of the test split.
/// </summary>
public sealed class SvfExpertTrainer : IAdapterObjective<ValidationLook>
{
    private readonly Decoder _model;
    private readonly string? _baseModel;
    private readonly Category _category;
    private readonly ExpertTrainingOptions _options;
    private readonly ConversationEncoder _encoder;
    private readonly TaskFamily[] _families;
    private readonly EncodedExample[] _ownValidation;
    private readonly EncodedExample[] _otherValidation;

    /// <summary>Prepares the training of one category's expert.</summary>
    /// <param name="model">The base model; needs its decomposition and is not changed.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="category">What the expert learns.</param>
    /// <param name="options">How.</param>
    /// <param name="baseModel">The model's fingerprint, by which a checkpoint knows whose it is.</param>
    public SvfExpertTrainer(Decoder model, ITokenizer tokenizer, Category category, ExpertTrainingOptions options, string? baseModel = null)
    {
        _model = model;
        _baseModel = baseModel;
        _category = category;
        _options = options;
        _encoder = new ConversationEncoder(tokenizer);
        _families = [.. TaskFamilies.All.Where(family => family.Category == category && !family.Unseen)];
        _ownValidation = Validation(_families);
        _otherValidation = Validation(TaskFamilies.All.Where(family => family.Category != category && !family.Unseen));
    }

    /// <summary>Trains, and returns the state that did best on the validation split.</summary>
    /// <param name="checkpointPath">
    /// Where the course is kept: written at every look at the validation split and when cancelled, read if it is there, deleted by nobody.
    /// Null keeps none.
    /// </param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellationToken">Stops between two steps or within a look.</param>
    /// <exception cref="CheckpointException">The checkpoint is damaged or of another training.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; call again with the same checkpoint to go on.</exception>
    public TrainedExpert<ValidationLook> Run(
        string? checkpointPath = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        AdapterTraining.Run(_model, _options, new Settings(_baseModel, _category, _options), this, checkpointPath, progress, cancellationToken);

    IReadOnlyList<StepLoss> IAdapterObjective<ValidationLook>.Losses(IReadOnlyList<TrainingTurn> turns, CancellationToken cancellationToken)
    {
        using var batch = Batch(turns[0].Step);
        return [new StepLoss(NextTokenLoss.Compute(_model, batch, turns[0].Experts()), batch.Tokens)];
    }

    ValidationLook IAdapterObjective<ValidationLook>.Look(TrainingTurn turn, CancellationToken cancellationToken)
    {
        var experts = turn.Experts();
        return new(
            turn.Step,
            Share(Grader.Grade(_model, _ownValidation, experts, cancellationToken)),
            Share(Grader.Grade(_model, _otherValidation, experts, cancellationToken)));
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

    private static Proportion Share(bool[] right) => new(right.Count(value => value), right.Length);

    private EncodedExample[] Validation(IEnumerable<TaskFamily> of) =>
        [.. of.SelectMany(family => Splits.Questions(family, Split.Validation, _options.ValidationQuestions, _options.Seed)
            .Select(question => Encode(family, question.Item, question.Phrasing)))];

    private EncodedExample Encode(TaskFamily family, TaskItem item, int phrasing) =>
        _encoder.Encode(new Conversation(item.Prompts[phrasing], Authors.InForm(family.Category, item.Answer)));

    private sealed record Settings(string? BaseModel, Category Category, ExpertTrainingOptions Options);
}
