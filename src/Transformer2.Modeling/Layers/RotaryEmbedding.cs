using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>Rotary position embedding (arXiv 2104.09864) in the half-rotated layout of Hugging Face checkpoints.</summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly ModelConfig _config;
    private readonly Tensor _frequencies; // [head_dim / 2], float32

    public RotaryEmbedding(ModelConfig config, Device device)
    {
        using var scope = NewDisposeScope();
        _config = config;
        _frequencies = RotaryFrequencies.Compute(config).to(device).DetachFromDisposeScope();
    }

    /// <param name="positions">Int64 [batch, time]</param>
    /// <param name="lengths">Int64 [batch]: each row's length, which dynamic scaling depends on; null is the last position + 1.</param>
    /// <param name="dtype">Number type of the result.</param>
    /// <returns>cos and sin, each [batch, time, 1, head_dim], in <paramref name="dtype"/></returns>
    public (Tensor Cos, Tensor Sin) Forward(Tensor positions, Tensor? lengths, ScalarType dtype)
    {
        var frequencies = _config.RopeScaling is DynamicRopeScaling dynamic
            ? RotaryFrequencies.Dynamic(_config, dynamic, lengths ?? positions.amax([-1]).Plus(Scalars.Whole(1))).unsqueeze(1) // [batch, 1, head_dim / 2]
            : _frequencies;
        var angles = positions.to_type(ScalarType.Float32).unsqueeze(-1) * frequencies; // [batch, time, head_dim / 2]
        var both = cat([angles, angles], -1).unsqueeze(2);
        var (cos, sin) = (both.cos(), both.sin());
        if (_config.RopeScaling is YarnRopeScaling { AttentionFactor: not 1 and var factor }) (cos, sin) = (cos * Scalars.Of(factor), sin * Scalars.Of(factor));
        return (cos.to_type(dtype), sin.to_type(dtype));
    }

    /// <param name="x">[batch, time, heads, head_dim]</param>
    /// <param name="cos">[batch, time, 1, head_dim]</param>
    /// <param name="sin">[batch, time, 1, head_dim]</param>
    public static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        var halves = x.chunk(2, -1);
        return (x * cos).Plus(cat([-halves[1], halves[0]], -1) * sin);
    }

    public void Dispose() => _frequencies.Dispose();
}
