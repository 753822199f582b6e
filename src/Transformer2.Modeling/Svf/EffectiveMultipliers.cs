using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>How a mask over singular values becomes the adapted matrix.</summary>
public enum SvfComposition
{
    /// <summary>W' = U diag(sigma * mu) V^T: the paper.</summary>
    Plain,

    /// <summary>The same times sum(sigma) / sum(sigma * mu), which keeps the nuclear norm: the published code.</summary>
    Renormalized,
}

/// <summary>Differentiable effective multipliers, for training and for tools; <c>ExpertMath</c> has the same for plain numbers.</summary>
public static class EffectiveMultipliers
{
    /// <summary>The multipliers z that the composition amounts to: W' = U diag(sigma * z) V^T.</summary>
    /// <param name="sigma">[rank]</param>
    /// <param name="mask">[rank] or [rows, rank]: mu.</param>
    /// <param name="composition">Plain or renormalised.</param>
    /// <returns>The shape of <paramref name="mask"/>.</returns>
    public static Tensor Compute(Tensor sigma, Tensor mask, SvfComposition composition) => composition switch
    {
        SvfComposition.Plain => mask,
        _ => mask * (sigma.sum() / (sigma * mask).sum([-1], keepdim: true)),
    };
}
