using TorchSharp;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>SwiGLU feed-forward: down(silu(gate(x)) * up(x)) (arXiv 2002.05202).</summary>
internal sealed class GatedMlp(Linear gate, Linear up, Linear down)
{
    /// <param name="x">[batch, time, hidden]</param>
    /// <param name="experts">The rows' experts, or null.</param>
    public Tensor Forward(Tensor x, RowExperts? experts) =>
        down.Forward(nn.functional.silu(gate.Forward(x, experts)) * up.Forward(x, experts), experts);
}
