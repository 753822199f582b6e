using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>
/// The inverse frequencies of rotary embedding, base^(-2i / head_dim) and what scaling makes of them; in float32 and in the order of
/// operations of Hugging Face's <c>modeling_rope_utils</c>, because an error of one rounding is one of 0.01 in an angle at position 100,000.
/// </summary>
internal static class RotaryFrequencies
{
    /// <summary>The frequencies of every scaling that does not depend on the sequence's length.</summary>
    /// <returns>[head_dim / 2], float32</returns>
    public static Tensor Compute(ModelConfig config)
    {
        using var scope = NewDisposeScope();
        var wavelengths = tensor((float)config.RopeTheta).pow(Exponents(config)); // in units of 2 pi positions
        var frequencies = wavelengths.reciprocal();
        var scaled = config.RopeScaling switch
        {
            LinearRopeScaling linear => frequencies / Scalars.Of(linear.Factor),
            Llama3RopeScaling llama3 => Llama3(frequencies, llama3),
            YarnRopeScaling yarn => Yarn(wavelengths, yarn, config),
            _ => frequencies,
        };
        return scaled.MoveToOuterDisposeScope();
    }

    /// <summary>The frequencies of dynamic scaling.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="scaling">The scaling.</param>
    /// <param name="lengths">Int64 [batch]: each row's length.</param>
    /// <returns>[batch, head_dim / 2], float32</returns>
    public static Tensor Dynamic(ModelConfig config, DynamicRopeScaling scaling, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var relative = lengths.to_type(ScalarType.Float64).clamp(Scalars.Of(config.ContextLength)) / Scalars.Of(config.ContextLength);
        var growth = ((relative * Scalars.Of(scaling.Factor)) - Scalars.Of(scaling.Factor - 1)).pow(Scalars.Of(config.HeadDim / (config.HeadDim - 2.0)));
        var bases = (growth * Scalars.Of(config.RopeTheta)).to_type(ScalarType.Float32).unsqueeze(-1); // [batch, 1]
        return bases.pow(Exponents(config).to(lengths.device)).reciprocal().MoveToOuterDisposeScope();
    }

    // [head_dim / 2]: 2i / head_dim
    private static Tensor Exponents(ModelConfig config) => arange(0, config.HeadDim, 2, dtype: ScalarType.Float32) / Scalars.Of(config.HeadDim);

    private static Tensor Llama3(Tensor frequencies, Llama3RopeScaling scaling)
    {
        var wavelengths = frequencies.reciprocal() * Scalars.Of(2 * Math.PI);
        var smooth = ((wavelengths.reciprocal() * Scalars.Of(scaling.OriginalContextLength)) - Scalars.Of(scaling.LowFrequencyFactor))
            / Scalars.Of(scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        var blended = (Complement(smooth) * frequencies / Scalars.Of(scaling.Factor)) + (smooth * frequencies);
        var low = wavelengths.gt(Scalars.Of(scaling.OriginalContextLength / scaling.LowFrequencyFactor));
        var high = wavelengths.lt(Scalars.Of(scaling.OriginalContextLength / scaling.HighFrequencyFactor));
        return where(low, frequencies / Scalars.Of(scaling.Factor), where(high, frequencies, blended));
    }

    private static Tensor Yarn(Tensor wavelengths, YarnRopeScaling scaling, ModelConfig config)
    {
        double low = Dimension(scaling.FastRotations), high = Dimension(scaling.SlowRotations);
        if (scaling.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, config.HeadDim - 1));
        if (low == high) high += 0.001; // as the reference avoids a division by zero
        var ramp = ((arange(0, config.HeadDim / 2, 1, dtype: ScalarType.Float32) - Scalars.Of(low)) / Scalars.Of(high - low)).clamp(Scalars.Of(0), Scalars.Of(1));
        var kept = Complement(ramp);
        return ((wavelengths * Scalars.Of(scaling.Factor)).reciprocal() * Complement(kept)) + (wavelengths.reciprocal() * kept);

        // The dimension, not rounded, that turns so often over the original context.
        double Dimension(double rotations) =>
            config.HeadDim * Math.Log(scaling.OriginalContextLength / (rotations * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
    }

    // 1 - x
    private static Tensor Complement(Tensor x) => x.neg() + Scalars.Of(1);
}
