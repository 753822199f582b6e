using TorchSharp;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>Root-mean-square normalisation, computed in float32 and scaled by the weight afterwards (arXiv 1910.07467, as Llama does it).</summary>
internal sealed class RmsNorm(Tensor weight, double epsilon)
{
    private readonly Scalar _epsilon = epsilon; // kept: see Scalars

    /// <param name="x">[..., width], as wide as the weight</param>
    public Tensor Forward(Tensor x)
    {
        var wide = x.to_type(ScalarType.Float32);
        var scale = (wide * wide).mean([-1], keepdim: true).Plus(_epsilon).rsqrt(); // [..., 1]
        return weight * (wide * scale).to_type(x.dtype);
    }
}
