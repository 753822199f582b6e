using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>Pre-norm attention and feed-forward, each added to the residual stream.</summary>
internal sealed class DecoderLayer(int index, RmsNorm inputNorm, Attention attention, RmsNorm postAttentionNorm, GatedMlp mlp)
{
    /// <param name="x">[batch, time, hidden]</param>
    /// <param name="context">Positions, mask and cache of this forward pass.</param>
    /// <param name="experts">The rows' experts, or null.</param>
    public Tensor Forward(Tensor x, AttentionContext context, RowExperts? experts)
    {
        using var scope = NewDisposeScope();
        var attended = x.Plus(attention.Forward(inputNorm.Forward(x), index, context, experts));
        return attended.Plus(mlp.Forward(postAttentionNorm.Forward(attended), experts)).MoveToOuterDisposeScope();
    }
}
