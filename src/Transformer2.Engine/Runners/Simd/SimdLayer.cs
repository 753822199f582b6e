using Transformer2.Modeling.Architectures;

namespace Transformer2.Engine;

/// <summary>One decoder layer as the kernels see it; projections by their place among all.</summary>
internal sealed class SimdLayer
{
    public SimdLayer(Decoder model, SimdProjections projections, int index)
    {
        var prefix = $"model.layers.{index}.";
        InputNorm = Floats("input_layernorm");
        PostAttentionNorm = Floats("post_attention_layernorm");
        if (model.Config.QueryKeyNorm) (QueryNorm, KeyNorm) = (Floats("self_attn.q_norm"), Floats("self_attn.k_norm"));
        (Query, Key, Value, Output) = (Place("self_attn.q_proj"), Place("self_attn.k_proj"), Place("self_attn.v_proj"), Place("self_attn.o_proj"));
        (Gate, Up, Down) = (Place("mlp.gate_proj"), Place("mlp.up_proj"), Place("mlp.down_proj"));
        Window = model.Config.Window is { } window && window.AppliesTo(index) ? window.Length : 0;

        PinnedFloats Floats(string module) => new(model.Parameters[prefix + module + ".weight"]);
        int Place(string module) => projections.Find(prefix + module + ".weight")!.Value;
    }

    /// <summary>[hidden]</summary>
    public PinnedFloats InputNorm { get; }

    /// <summary>[hidden]</summary>
    public PinnedFloats PostAttentionNorm { get; }

    /// <summary>[head_dim], or null.</summary>
    public PinnedFloats? QueryNorm { get; }

    /// <summary>[head_dim], or null.</summary>
    public PinnedFloats? KeyNorm { get; }

    public int Query { get; }

    public int Key { get; }

    public int Value { get; }

    public int Output { get; }

    public int Gate { get; }

    public int Up { get; }

    public int Down { get; }

    /// <summary>How many positions a position sees, itself included; 0 is all.</summary>
    public int Window { get; }
}
