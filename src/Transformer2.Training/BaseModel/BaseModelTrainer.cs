using System.Diagnostics;
using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Tokenization;
using Transformer2.Training.Checkpoints;
using Transformer2.Training.Corpus;
using Transformer2.Training.Data;
using Transformer2.Training.Optimizers;
using Transformer2.Training.Reports;
using static TorchSharp.torch;

namespace Transformer2.Training.BaseModel;

/// <summary>
/// Trains a base model on the generated corpus: Muon for the layers' matrices, AdamW for embedding, head and norms. A step's data
/// depends on the seed and the step's number only, so a run that was stopped and resumed equals one that was not.
/// </summary>
public sealed class BaseModelTrainer : IDisposable
{
    private readonly Decoder _model;
    private readonly BaseTrainingOptions _options;
    private readonly ConversationEncoder _encoder;
    private readonly CorpusGenerator _corpus;
    private readonly IParameterOptimizer[] _optimizers;

    /// <summary>Prepares the training of a model, whose weights it changes in place.</summary>
    public BaseModelTrainer(Decoder model, ITokenizer tokenizer, BaseTrainingOptions options)
    {
        _model = model;
        _options = options;
        _encoder = new ConversationEncoder(tokenizer);
        _corpus = new CorpusGenerator(options.Seed);
        var parameters = model.Parameters.All.ToArray();
        foreach (var parameter in parameters) parameter.Value.requires_grad_(true);
        var matrices = parameters.Where(entry => entry.Key.StartsWith("model.layers.", StringComparison.Ordinal) && entry.Value.dim() == 2).ToArray();
        _optimizers = [new Muon(matrices, options.WeightDecay), new AdamW([.. parameters.Except(matrices)], 0.9, 0.95, 1e-8, options.WeightDecay)];
    }

    /// <summary>Trains to the last step, from the checkpoint if there is one.</summary>
    /// <param name="checkpointPath">Where the state is kept; written every <paramref name="checkpointInterval"/> steps and when cancelled.</param>
    /// <param name="curve">Receives the loss of every step.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="checkpointInterval">Steps between checkpoints.</param>
    /// <param name="cancellationToken">Stops after the current step, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">Cancelled; call again to go on.</exception>
    public void Run(
        string checkpointPath, LossCurve curve, IProgress<TrainingProgress>? progress, int checkpointInterval = 250, CancellationToken cancellationToken = default)
    {
        var done = TrainingCheckpoint.TryRestore(checkpointPath, State()) ?? 0;
        curve.TruncateAfter(done);
        var clock = Stopwatch.StartNew();
        for (var step = done + 1; step <= _options.Steps; step++)
        {
            var (loss, tokens) = Step(step);
            curve.Add(step, loss);
            progress?.Report(new TrainingProgress(step, _options.Steps, loss, _options.LearningRateAt(step), tokens, clock.Elapsed / (step - done) * (_options.Steps - step)));
            if (step % checkpointInterval == 0 || step == _options.Steps || cancellationToken.IsCancellationRequested)
            {
                curve.Save(); // first: points that a checkpoint lacks are computed again, the other way round they would be lost
                TrainingCheckpoint.Save(checkpointPath, step, State());
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var optimizer in _optimizers) optimizer.Dispose();
    }

    private IEnumerable<KeyValuePair<string, Tensor>> State() => _model.Parameters.All.Concat(_optimizers.SelectMany(optimizer => optimizer.State));

    private (double Loss, int Tokens) Step(int step)
    {
        using var scope = NewDisposeScope();
        using var batch = Batch(step);
        var loss = NextTokenLoss.Compute(_model, batch);
        loss.backward();
        var parameters = _model.Parameters.All.Select(entry => entry.Value).ToArray();
        Gradients.ClipNorm(parameters, _options.ClipNorm);
        foreach (var optimizer in _optimizers) optimizer.Step(_options.LearningRateAt(step), step);
        Gradients.Clear(parameters);
        return (loss.ToDouble(), batch.Tokens);
    }

    private PackedBatch Batch(int step)
    {
        // No step needs more examples than it has tokens: the series of different steps never meet.
        var index = (ulong)step * (ulong)(_options.Rows * _options.RowLength);
        var examples = new Queue<EncodedExample>();
        for (var tokens = 0; tokens < _options.Rows * _options.RowLength;)
        {
            var example = _encoder.Encode(_corpus.Draw(index++, _options.IsClean(step) ? _options.CleanShare : 0));
            tokens += example.Ids.Length;
            examples.Enqueue(example);
        }

        return PackedBatch.Pack(examples, _options.Rows, _options.RowLength, _options.PromptWeight);
    }
}
