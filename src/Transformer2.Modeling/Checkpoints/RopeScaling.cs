namespace Transformer2.Modeling.Checkpoints;

/// <summary>How a model's rotary frequencies differ from base^(-2i / head_dim), so that it reaches further than it was trained.</summary>
public abstract record RopeScaling;

/// <summary>Type <c>linear</c>: all frequencies divided by a factor (arXiv 2306.15595).</summary>
/// <param name="Factor">At least 1.</param>
public sealed record LinearRopeScaling(double Factor) : RopeScaling;

/// <summary>
/// Type <c>dynamic</c>: above the trained length the base grows with the sequence, base * (factor * length / trained - factor + 1)^(d / (d - 2)).
/// </summary>
/// <param name="Factor">At least 1.</param>
public sealed record DynamicRopeScaling(double Factor) : RopeScaling;

/// <summary>Type <c>llama3</c>: divides low frequencies, keeps high ones and blends between.</summary>
/// <param name="Factor">Division of the low frequencies.</param>
/// <param name="LowFrequencyFactor">Wavelengths above original length / this are divided by the factor.</param>
/// <param name="HighFrequencyFactor">Wavelengths below original length / this stay.</param>
/// <param name="OriginalContextLength">Context of the original training.</param>
public sealed record Llama3RopeScaling(double Factor, double LowFrequencyFactor, double HighFrequencyFactor, int OriginalContextLength) : RopeScaling;

/// <summary>Type <c>yarn</c> (arXiv 2309.00071): divides low frequencies, keeps high ones, with a ramp over the dimensions between.</summary>
/// <param name="Factor">Division of the low frequencies.</param>
/// <param name="OriginalContextLength">Context of the original training.</param>
/// <param name="AttentionFactor">Multiplies cos and sin.</param>
/// <param name="FastRotations">Dimensions that turn more often over the original context stay (<c>beta_fast</c>).</param>
/// <param name="SlowRotations">Dimensions that turn less often are divided (<c>beta_slow</c>).</param>
/// <param name="Truncate">The ramp's ends are rounded outwards to whole dimensions.</param>
public sealed record YarnRopeScaling(
    double Factor, int OriginalContextLength, double AttentionFactor, double FastRotations = 32, double SlowRotations = 1, bool Truncate = true) : RopeScaling;
