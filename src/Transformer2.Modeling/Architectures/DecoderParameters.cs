using TorchSharp;
using Transformer2.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace Transformer2.Modeling.Architectures;

/// <summary>The weights of a decoder by checkpoint name.</summary>
public sealed class DecoderParameters : IDisposable
{
    private const string EmbeddingName = "model.embed_tokens.weight";
    private const string HeadName = "lm_head.weight";

    private readonly Dictionary<string, Tensor> _tensors;

    private DecoderParameters(Dictionary<string, Tensor> tensors) => _tensors = tensors;

    /// <summary>All weights, sorted by name; tied ones once.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> All => _tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal);

    /// <summary>Number of weights.</summary>
    public long Count => _tensors.Values.Sum(tensor => tensor.numel());

    /// <summary>[vocabulary, hidden]</summary>
    public Tensor Embedding => _tensors[EmbeddingName];

    /// <summary>[vocabulary, hidden]; the embedding itself when tied.</summary>
    public Tensor Head => _tensors.TryGetValue(HeadName, out var head) ? head : Embedding;

    /// <summary>One weight by its checkpoint name.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>The names and shapes that a checkpoint of this configuration must hold.</summary>
    public static IReadOnlyDictionary<string, long[]> Shapes(ModelConfig config)
    {
        long hidden = config.HiddenSize, inner = config.IntermediateSize;
        long query = (long)config.Heads * config.HeadDim, keyValue = (long)config.KeyValueHeads * config.HeadDim;
        var shapes = new Dictionary<string, long[]> { [EmbeddingName] = [config.VocabularySize, hidden], ["model.norm.weight"] = [hidden] };
        if (!config.TiedEmbeddings) shapes[HeadName] = [config.VocabularySize, hidden];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            shapes[prefix + "input_layernorm.weight"] = [hidden];
            shapes[prefix + "post_attention_layernorm.weight"] = [hidden];
            if (config.QueryKeyNorm) shapes[prefix + "self_attn.q_norm.weight"] = shapes[prefix + "self_attn.k_norm.weight"] = [config.HeadDim];
            Add(prefix + "self_attn.q_proj", query, hidden, config.AttentionBias);
            Add(prefix + "self_attn.k_proj", keyValue, hidden, config.AttentionBias);
            Add(prefix + "self_attn.v_proj", keyValue, hidden, config.AttentionBias);
            Add(prefix + "self_attn.o_proj", hidden, query, config.OutputBias);
            Add(prefix + "mlp.gate_proj", inner, hidden, config.MlpBias);
            Add(prefix + "mlp.up_proj", inner, hidden, config.MlpBias);
            Add(prefix + "mlp.down_proj", hidden, inner, config.MlpBias);
        }

        return shapes;

        void Add(string module, long rows, long columns, bool bias)
        {
            shapes[module + ".weight"] = [rows, columns];
            if (bias) shapes[module + ".bias"] = [rows];
        }
    }

    /// <summary>Takes the weights from anywhere; the callback's tensors are owned from now on.</summary>
    public static DecoderParameters Create(ModelConfig config, Func<string, long[], Tensor> weight) =>
        new(Shapes(config).ToDictionary(entry => entry.Key, entry => weight(entry.Key, entry.Value).DetachFromDisposeScope()));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values) tensor.Dispose();
    }
}
