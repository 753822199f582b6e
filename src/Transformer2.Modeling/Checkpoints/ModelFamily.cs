namespace Transformer2.Modeling.Checkpoints;

/// <summary>
/// The families of decoders that can be computed. Lower case, a name is the <c>model_type</c> of Hugging Face's <c>config.json</c>; with
/// <c>ForCausalLM</c> behind it, the architecture.
/// </summary>
public enum ModelFamily
{
    /// <summary>Llama 1 to 3.3, and models of that shape.</summary>
    Llama,

    /// <summary>Llama's shape with a sliding attention window (arXiv 2310.06825).</summary>
    Mistral,

    /// <summary>Qwen2 and Qwen2.5: biases on q, k and v (arXiv 2407.10671).</summary>
    Qwen2,

    /// <summary>Qwen3, dense: every head of q and k is normalised before the rotary embedding (arXiv 2505.09388).</summary>
    Qwen3,
}
