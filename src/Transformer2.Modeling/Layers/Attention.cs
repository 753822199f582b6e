using TorchSharp;
using Transformer2.Modeling.Architectures;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Layers;

/// <summary>
/// Causal self-attention with rotary positions and grouped key/value heads (arXiv 2305.13245); optionally with a sliding window, and with
/// heads of q and k normalised before they are rotated.
/// </summary>
internal sealed class Attention(ModelConfig config, Linear q, Linear k, Linear v, Linear o, RmsNorm? queryNorm, RmsNorm? keyNorm, bool slides)
{
    /// <param name="x">[batch, time, hidden]</param>
    /// <param name="layer">Which layer's part of the cache to use.</param>
    /// <param name="context">Positions, masks and cache of this forward pass.</param>
    /// <param name="experts">The rows' experts, or null.</param>
    public Tensor Forward(Tensor x, int layer, AttentionContext context, RowExperts? experts)
    {
        var (batch, time) = (x.shape[0], x.shape[1]);
        var query = q.Forward(x, experts).view(batch, time, config.Heads, config.HeadDim);
        var key = k.Forward(x, experts).view(batch, time, config.KeyValueHeads, config.HeadDim);
        var value = v.Forward(x, experts).view(batch, time, config.KeyValueHeads, config.HeadDim);
        if (queryNorm is not null) query = queryNorm.Forward(query);
        if (keyNorm is not null) key = keyNorm.Forward(key);
        query = RotaryEmbedding.Rotate(query, context.Cos, context.Sin);
        key = RotaryEmbedding.Rotate(key, context.Cos, context.Sin);
        if (context.Cache is { } cache) (key, value) = cache.Append(layer, key, value);

        var attended = Attend(
            query.transpose(1, 2), Repeat(key).transpose(1, 2), Repeat(value).transpose(1, 2), slides ? context.WindowMask : context.Mask); // [batch, heads, time, head_dim]
        return o.Forward(attended.transpose(1, 2).reshape(batch, time, config.Heads * config.HeadDim), experts);
    }

    // The fused kernel does not exist for the meta device, where only shapes are computed.
    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor mask) => query.device_type is not DeviceType.META
        ? nn.functional.scaled_dot_product_attention(query, key, value, mask)
        : matmul(((matmul(query, key.transpose(2, 3)) / Scalars.Of(Math.Sqrt(config.HeadDim))) + mask).softmax(-1), value);

    // [batch, length, kv_heads, head_dim] -> [batch, length, heads, head_dim]
    private Tensor Repeat(Tensor x) =>
        config.KeyValueHeads == config.Heads ? x : x.repeat_interleave(config.Heads / config.KeyValueHeads, 2);
}
