using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Layers;
using Transformer2.Modeling.Native;
using Transformer2.Modeling.Svf;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Architectures;

/// <summary>
/// A decoder-only language model of any <see cref="ModelFamily"/> over named parameters (Hugging Face's names). Not thread-safe: one thread owns it.
/// </summary>
public sealed class Decoder : IDisposable
{
    private readonly DecoderParameters _parameters;
    private readonly DecoderLayer[] _layers;
    private readonly RotaryEmbedding _rotary;
    private readonly RmsNorm _norm;

    /// <summary>Builds the model over its parameters, which it owns from now on.</summary>
    public Decoder(ModelConfig config, DecoderParameters parameters)
    {
        Config = config;
        _parameters = parameters;
        var builder = new DecoderBuilder(config, parameters);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(builder.Layer)];
        _norm = builder.Norm("model.norm.weight");
        Projections = builder.Projections;
        _rotary = new RotaryEmbedding(config, parameters.Embedding.device);
    }

    /// <summary>The model's shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>The weights by checkpoint name.</summary>
    public DecoderParameters Parameters => _parameters;

    /// <summary>All matrices that an expert may adapt, in checkpoint order.</summary>
    public IReadOnlyList<Linear> Projections { get; }

    /// <summary>Number type of the weights.</summary>
    public ScalarType DType => _parameters.Embedding.dtype;

    /// <summary>Where the weights are.</summary>
    public Device Device => _parameters.Embedding.device;

    /// <summary>A pass over whole sequences, without a cache.</summary>
    /// <param name="ids">Int64 [batch, time]</param>
    /// <param name="experts">The rows' experts; null is the base model.</param>
    /// <param name="mask">
    /// Added to the attention scores, broadcast to [batch, heads, time, time]; null is plain causal attention. A sliding window comes on top.
    /// Every position must see at least itself, padding too.
    /// </param>
    /// <param name="observe">Is given the residual stream [batch, time, hidden] before the first layer and after each; for inspection.</param>
    /// <param name="positions">
    /// Int64 [batch, time]: where each token stands in its sequence, for rows with padding; null is 0, 1, … A row's length, which dynamic
    /// rotary scaling depends on, is its last position + 1.
    /// </param>
    /// <returns>The final norm's output [batch, time, hidden]; <see cref="Logits"/> turns it into logits.</returns>
    public Tensor Forward(Tensor ids, RowExperts? experts = null, Tensor? mask = null, Action<Tensor>? observe = null, Tensor? positions = null)
    {
        using var scope = NewDisposeScope();
        var time = (int)ids.shape[1];
        var slots = Positions(time).unsqueeze(0);
        mask ??= CausalMask(slots, time);
        return Run(ids, positions ?? slots, lengths: null, mask, WindowMask(mask, slots, time), cache: null, experts, observe).MoveToOuterDisposeScope();
    }

    /// <summary>A pass over the new tokens of sequences whose earlier tokens are in the cache.</summary>
    /// <param name="ids">New tokens, [batch][time], all of one length.</param>
    /// <param name="starts">Position of each row's first new token.</param>
    /// <param name="cache">The cache.</param>
    /// <param name="blocks">Each row's blocks in the cache, enough for its new tokens too.</param>
    /// <param name="experts">The rows' experts; null is the base model.</param>
    /// <param name="lengths">
    /// Per row the length that dynamic rotary scaling takes for the new tokens; null is where they end. A prompt in pieces gives its whole
    /// length with each, and so computes what it computes at once.
    /// </param>
    /// <returns>The final norm's output [batch, time, hidden].</returns>
    public Tensor Forward(
        int[][] ids, int[] starts, KeyValueCache cache, IReadOnlyList<IReadOnlyList<int>> blocks, RowExperts? experts = null, int[]? lengths = null)
    {
        using var scope = NewDisposeScope();
        int batch = ids.Length, time = ids[0].Length, length = starts.Max() + time;
        var positions = new long[batch * time];
        var slots = new long[batch * time];
        var perRow = (length + cache.BlockTokens - 1) / cache.BlockTokens;
        var table = new long[batch * perRow];
        for (var i = 0; i < positions.Length; i++)
        {
            positions[i] = starts[i / time] + (i % time);
            slots[i] = (blocks[i / time][(int)positions[i] / cache.BlockTokens] * (long)cache.BlockTokens) + (positions[i] % cache.BlockTokens);
        }

        for (var i = 0; i < table.Length; i++) table[i] = i % perRow < blocks[i / perRow].Count ? blocks[i / perRow][i % perRow] : 0;
        var where = tensor(positions, [batch, time], device: Device);
        var window = new CacheWindow(cache, batch, length, tensor(table, device: Device), tensor(slots, device: Device));
        var tokens = tensor(ids.SelectMany(row => row.Select(id => (long)id)).ToArray(), [batch, time], device: Device);
        var mask = CausalMask(where, length);
        var rotary = lengths is null ? null : tensor(lengths.Select(row => (long)row).ToArray(), device: Device);
        return Run(tokens, where, rotary, mask, WindowMask(mask, where, length), window, experts, observe: null).MoveToOuterDisposeScope();
    }

    /// <param name="hidden">[..., hidden]</param>
    /// <returns>[..., vocabulary]</returns>
    public Tensor Logits(Tensor hidden) => nn.functional.linear(hidden, _parameters.Head);

    /// <summary>The rotary embedding of positions, for runners that compute it themselves.</summary>
    /// <param name="positions">Int64 [time]</param>
    /// <param name="length">The sequence's length, which dynamic rotary scaling depends on.</param>
    /// <returns>cos and sin, each float32 [time, head_dim / 2]: the halves of a head turn alike.</returns>
    public (Tensor Cos, Tensor Sin) RotaryTable(Tensor positions, int length)
    {
        using var scope = NewDisposeScope();
        var (cos, sin) = _rotary.Forward(positions.unsqueeze(0), tensor(new[] { (long)length }, device: Device), ScalarType.Float32); // [1, time, 1, head_dim]
        return (Half(cos), Half(sin));

        Tensor Half(Tensor table) => table[0].squeeze(1).narrow(1, 0, Config.HeadDim / 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rotary.Dispose();
        foreach (var projection in Projections) projection.Factors?.Dispose();
        _parameters.Dispose();
    }

    private Tensor Run(
        Tensor ids, Tensor positions, Tensor? lengths, Tensor mask, Tensor windowMask, CacheWindow? cache, RowExperts? experts, Action<Tensor>? observe)
    {
        var (cos, sin) = _rotary.Forward(positions, lengths, DType);
        var context = new AttentionContext(cos, sin, mask, windowMask, cache);
        var x = _parameters.Embedding.index(ids); // [batch, time, hidden]; index_select has no kernel for the meta device
        observe?.Invoke(x);
        foreach (var layer in _layers)
        {
            x = layer.Forward(x, context, experts);
            observe?.Invoke(x);
        }

        return _norm.Forward(x);
    }

    private Tensor Positions(int length)
    {
        var positions = new long[length];
        for (var i = 0; i < length; i++)
        {
            positions[i] = i;
        }

        return tensor(positions, device: Device);
    }

    // [batch, 1, time, length]: a position sees itself and everything before it.
    private Tensor CausalMask(Tensor positions, int length)
    {
        var future = Positions(length).gt(positions.unsqueeze(-1)); // [batch, time, length]
        return Hiding(future);
    }

    // The mask without what the window has left behind.
    private Tensor WindowMask(Tensor mask, Tensor positions, int length)
    {
        if (Config.Window is not { } window || length <= window.Length) return mask;
        var past = Positions(length).le((positions - Scalars.Whole(window.Length)).unsqueeze(-1)); // [batch, time, length]
        return mask + Hiding(past);
    }

    private Tensor Hiding(Tensor hidden) => zeros(hidden.shape, DType, Device).masked_fill_(hidden, Scalars.NegativeInfinity).unsqueeze(1);
}
