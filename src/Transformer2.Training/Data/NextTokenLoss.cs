using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Training.Data;

/// <summary>Weighted mean cross-entropy of the next token.</summary>
public static class NextTokenLoss
{
    /// <returns>A scalar in nats per weighted token.</returns>
    public static Tensor Compute(Decoder model, PackedBatch batch, RowExperts? experts = null)
    {
        using var scope = NewDisposeScope();
        var logits = model.Logits(model.Forward(batch.Ids.to(model.Device), experts, batch.Mask.to(model.Device))); // [rows, length, vocabulary]
        var losses = nn.functional.cross_entropy(logits.flatten(0, 1), batch.Targets.flatten().to(model.Device), reduction: nn.Reduction.None);
        var weights = batch.Weights.flatten().to(model.Device);
        return ((losses * weights).sum() / weights.sum()).MoveToOuterDisposeScope();
    }
}
