using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>
/// Rotary position embedding (arXiv 2104.09864) in the half-rotated layout of Hugging Face checkpoints; optionally with Llama 3's
/// scaling, which divides low frequencies, keeps high ones and blends between.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _inverseFrequencies; // [head_dim / 2], float32

    public RotaryEmbedding(ModelConfig config, Device device)
    {
        using var scope = NewDisposeScope();
        var exponents = arange(0, config.HeadDim, 2, dtype: ScalarType.Float32) / Scalars.Of(config.HeadDim);
        var frequencies = 1.0 / pow(config.RopeTheta, exponents);
        if (config.RopeScaling is { } scaling) frequencies = Scale(frequencies, scaling);
        _inverseFrequencies = frequencies.to(device).DetachFromDisposeScope();
    }

    /// <param name="positions">Int64 [batch, time]</param>
    /// <returns>cos and sin, each [batch, time, 1, head_dim], in <paramref name="dtype"/></returns>
    public (Tensor Cos, Tensor Sin) Forward(Tensor positions, ScalarType dtype)
    {
        var angles = positions.to_type(ScalarType.Float32).unsqueeze(-1) * _inverseFrequencies; // [batch, time, head_dim / 2]
        var both = cat([angles, angles], -1).unsqueeze(2);
        return (both.cos().to_type(dtype), both.sin().to_type(dtype));
    }

    /// <param name="x">[batch, time, heads, head_dim]</param>
    /// <param name="cos">[batch, time, 1, head_dim]</param>
    /// <param name="sin">[batch, time, 1, head_dim]</param>
    public static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var halves = x.chunk(2, -1);
        return (x * cos) + (cat([-halves[1], halves[0]], -1) * sin);
    }

    public void Dispose() => _inverseFrequencies.Dispose();

    private static Tensor Scale(Tensor frequencies, Llama3RopeScaling scaling)
    {
        var wavelengths = 2 * Math.PI / frequencies;
        var divided = frequencies / scaling.Factor;
        var smooth = ((scaling.OriginalContextLength / wavelengths) - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        var blended = ((1 - smooth) * divided) + (smooth * frequencies);
        var low = wavelengths.gt(scaling.OriginalContextLength / scaling.LowFrequencyFactor);
        var high = wavelengths.lt(scaling.OriginalContextLength / scaling.HighFrequencyFactor);
        return where(low, divided, where(high, frequencies, blended));
    }
}
