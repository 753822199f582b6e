using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Training.Classification;

/// <summary>What a model says about every label as the answer to each prompt of a batch.</summary>
/// <param name="Labels">[prompts, labels]: the log-probability that the label, as a whole, is the answer.</param>
/// <param name="Tokens">[prompts * (1 + inputs), vocabulary]: log-probabilities of the next token where labels are predicted.</param>
internal readonly record struct LabelLogprobs(Tensor Labels, Tensor Tokens)
{
    /// <summary>Computes the scores in one pass; float32 whatever the model's number type.</summary>
    public static LabelLogprobs Compute(Decoder model, LabelBatch batch, LabelAnswers answers, RowExperts? experts)
    {
        using var scope = NewDisposeScope();
        var tokens = TokenScores(model, batch, experts); // [prompts * (1 + inputs), vocabulary]
        var vocabulary = tokens.shape[1];
        var wanted = answers.Ids.SelectMany(ids => ids).Zip(answers.Predictors, (id, predictor) => (predictor * vocabulary) + id).ToArray();
        var targets = tokens.view(batch.Prompts.Count, -1).index_select(1, tensor(wanted, device: model.Device)); // [prompts, targets]
        var labels = stack(answers.Ids.Select((ids, label) => targets.narrow(1, answers.TargetStarts[label], ids.Length).sum(1)), 1);
        return new LabelLogprobs(labels.MoveToOuterDisposeScope(), tokens.MoveToOuterDisposeScope());
    }

    /// <returns>[prompts * (1 + inputs), vocabulary]</returns>
    public static Tensor TokenScores(Decoder model, LabelBatch batch, RowExperts? experts)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Forward(
            batch.Ids.to(model.Device), experts, batch.Mask.to(model.DType, model.Device), positions: batch.Positions.to(model.Device));
        var predicting = hidden.flatten(0, 1).index_select(0, batch.Predictors.to(model.Device)); // [prompts * (1 + inputs), hidden]
        return nn.functional.log_softmax(model.Logits(predicting).to_type(ScalarType.Float32), -1).MoveToOuterDisposeScope();
    }
}
