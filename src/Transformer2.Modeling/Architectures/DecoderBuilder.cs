using Transformer2.Modeling.Checkpoints;
using Transformer2.Modeling.Layers;

namespace Transformer2.Modeling.Architectures;

/// <summary>Puts a decoder's layers together from named parameters.</summary>
internal sealed class DecoderBuilder(ModelConfig config, DecoderParameters parameters)
{
    private readonly List<Linear> _projections = [];

    public IReadOnlyList<Linear> Projections => _projections;

    public RmsNorm Norm(string name) => new(parameters[name], config.RmsNormEpsilon);

    public DecoderLayer Layer(int index)
    {
        var prefix = $"model.layers.{index}.";
        var attention = new Attention(
            config,
            Projection(prefix + "self_attn.q_proj", config.AttentionBias),
            Projection(prefix + "self_attn.k_proj", config.AttentionBias),
            Projection(prefix + "self_attn.v_proj", config.AttentionBias),
            Projection(prefix + "self_attn.o_proj", config.OutputBias),
            config.QueryKeyNorm ? Norm(prefix + "self_attn.q_norm.weight") : null,
            config.QueryKeyNorm ? Norm(prefix + "self_attn.k_norm.weight") : null,
            slides: config.Window?.AppliesTo(index) ?? false);
        var mlp = new GatedMlp(
            Projection(prefix + "mlp.gate_proj", config.MlpBias),
            Projection(prefix + "mlp.up_proj", config.MlpBias),
            Projection(prefix + "mlp.down_proj", config.MlpBias));
        return new DecoderLayer(index, Norm(prefix + "input_layernorm.weight"), attention, Norm(prefix + "post_attention_layernorm.weight"), mlp);
    }

    private Linear Projection(string module, bool bias)
    {
        var linear = new Linear(module + ".weight", parameters[module + ".weight"], bias ? parameters[module + ".bias"] : null);
        _projections.Add(linear);
        return linear;
    }
}
