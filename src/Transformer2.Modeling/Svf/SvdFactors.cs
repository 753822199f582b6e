using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Svf;

/// <summary>The thin singular value decomposition of one matrix, W = U diag(sigma) Vh, singular values in descending order.</summary>
/// <param name="U">[out, rank]</param>
/// <param name="Sigma">[rank]</param>
/// <param name="Vh">[rank, in]</param>
public sealed record SvdFactors(Tensor U, Tensor Sigma, Tensor Vh) : IDisposable
{
    /// <summary>Number of singular values, min(out, in).</summary>
    public int Rank => (int)Sigma.shape[0];

    /// <summary>
    /// Decomposes a matrix. Computed in float64 and rounded once to float32: singular vectors of a float32 decomposition are a
    /// hundred times less accurate.
    /// </summary>
    /// <param name="weight">[out, in], any float type.</param>
    public static SvdFactors Compute(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var (u, sigma, vh) = linalg.svd(weight.detach().cpu().to_type(ScalarType.Float64), fullMatrices: false);
        return new SvdFactors(Keep(u), Keep(sigma), Keep(vh));

        static Tensor Keep(Tensor x) => x.to_type(ScalarType.Float32).contiguous().DetachFromDisposeScope();
    }

    /// <summary>The same factors in another number type or place; these are disposed when they are not the same.</summary>
    public SvdFactors To(ScalarType dtype, Device device)
    {
        if (U.dtype == dtype && U.device_type == device.type && (device.index < 0 || U.device_index == device.index)) return this;
        using var scope = NewDisposeScope();
        var moved = new SvdFactors(
            U.to(dtype, device).DetachFromDisposeScope(), Sigma.to(dtype, device).DetachFromDisposeScope(), Vh.to(dtype, device).DetachFromDisposeScope());
        Dispose();
        return moved;
    }

    /// <summary>Rebuilds the adapted matrix W' = U diag(sigma * z) Vh.</summary>
    /// <param name="multipliers">[rank]: effective multipliers z.</param>
    /// <returns>[out, in]</returns>
    public Tensor Compose(Tensor multipliers)
    {
        using var scope = NewDisposeScope();
        return matmul(U * (Sigma * multipliers), Vh).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        U.Dispose();
        Sigma.Dispose();
        Vh.Dispose();
    }
}
