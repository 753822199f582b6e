using Transformer2.Kernels.Weights;

namespace Transformer2.Engine;

/// <summary>An expert's factored matrices in numbers: what rows cost with a merged copy of them and without.</summary>
/// <param name="Dense">Weights of the matrices, in x out.</param>
/// <param name="Factored">Weights of their factors, rank (in + out).</param>
/// <param name="Multiplications">To multiply the factors, in x out x rank.</param>
/// <param name="Bytes">What a merged copy takes.</param>
internal readonly record struct MergingSize(double Dense, double Factored, double Multiplications, long Bytes)
{
    /// <summary>With one matrix more.</summary>
    public MergingSize With(in WeightMatrix weights, int rank)
    {
        var dense = (double)weights.Inputs * weights.Outputs;
        return new MergingSize(
            Dense + dense,
            Factored + ((double)rank * (weights.Inputs + weights.Outputs)),
            Multiplications + (dense * rank),
            Bytes + MergedWeights.BytesOf(weights));
    }
}
