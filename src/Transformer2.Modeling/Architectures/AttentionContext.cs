using TorchSharp;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Architectures;

/// <summary>What all layers of one forward pass share.</summary>
/// <param name="Cos">[batch, time, 1, head_dim]</param>
/// <param name="Sin">[batch, time, 1, head_dim]</param>
/// <param name="Mask">Added to the attention scores, broadcast to [batch, heads, time, length]: 0 where a position may look, minus infinity where not.</param>
/// <param name="WindowMask">The same for the layers with a sliding window.</param>
/// <param name="Cache">Where keys and values are appended and read, or null for a pass without cache.</param>
internal sealed record AttentionContext(Tensor Cos, Tensor Sin, Tensor Mask, Tensor WindowMask, CacheWindow? Cache);
