namespace Transformer2.Modeling.Checkpoints;

/// <summary>The shapes of published models, by their names on Hugging Face: for planning and for checks without their files.</summary>
public static class ModelPresets
{
    /// <summary>All presets by name.</summary>
    public static IReadOnlyDictionary<string, ModelConfig> All { get; } = new Dictionary<string, ModelConfig>
    {
        ["Meta-Llama-3-8B"] = Llama3(hidden: 4096, inner: 14336, layers: 32, heads: 32),
        ["Meta-Llama-3-70B"] = Llama3(hidden: 8192, inner: 28672, layers: 80, heads: 64),
        ["Mistral-7B-v0.3"] = new()
        {
            Family = ModelFamily.Mistral,
            VocabularySize = 32768,
            HiddenSize = 4096,
            IntermediateSize = 14336,
            Layers = 32,
            Heads = 32,
            KeyValueHeads = 8,
            HeadDim = 128,
            ContextLength = 32768,
            RmsNormEpsilon = 1e-5,
            RopeTheta = 1e6,
        },
        ["Qwen2.5-0.5B"] = Qwen25(hidden: 896, inner: 4864, layers: 24, heads: 14, keyValueHeads: 2, 151936, context: 32768, 1e-6, tied: true),
        ["Qwen2.5-1.5B"] = Qwen25(hidden: 1536, inner: 8960, layers: 28, heads: 12, keyValueHeads: 2, 151936, context: 131072, 1e-6, tied: true),
        ["Qwen2.5-3B"] = Qwen25(hidden: 2048, inner: 11008, layers: 36, heads: 16, keyValueHeads: 2, 151936, context: 32768, 1e-6, tied: true),
        ["Qwen2.5-7B"] = Qwen25(hidden: 3584, inner: 18944, layers: 28, heads: 28, keyValueHeads: 4, 152064, context: 131072, 1e-6),
        ["Qwen2.5-14B"] = Qwen25(hidden: 5120, inner: 13824, layers: 48, heads: 40, keyValueHeads: 8, 152064, context: 131072, 1e-5),
        ["Qwen2.5-32B"] = Qwen25(hidden: 5120, inner: 27648, layers: 64, heads: 40, keyValueHeads: 8, 152064, context: 131072, 1e-5),
        ["Qwen2.5-72B"] = Qwen25(hidden: 8192, inner: 29568, layers: 80, heads: 64, keyValueHeads: 8, 152064, context: 131072, 1e-5),
        ["Qwen3-0.6B"] = Qwen3(hidden: 1024, inner: 3072, layers: 28, heads: 16, tied: true),
        ["Qwen3-1.7B"] = Qwen3(hidden: 2048, inner: 6144, layers: 28, heads: 16, tied: true),
        ["Qwen3-4B"] = Qwen3(hidden: 2560, inner: 9728, layers: 36, heads: 32, tied: true),
        ["Qwen3-8B"] = Qwen3(hidden: 4096, inner: 12288, layers: 36, heads: 32),
        ["Qwen3-14B"] = Qwen3(hidden: 5120, inner: 17408, layers: 40, heads: 40),
        ["Qwen3-32B"] = Qwen3(hidden: 5120, inner: 25600, layers: 64, heads: 64),
    };

    private static ModelConfig Llama3(int hidden, int inner, int layers, int heads) => new()
    {
        VocabularySize = 128256,
        HiddenSize = hidden,
        IntermediateSize = inner,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = 8,
        HeadDim = 128,
        ContextLength = 8192,
        RmsNormEpsilon = 1e-5,
        RopeTheta = 5e5,
    };

    private static ModelConfig Qwen25(
        int hidden, int inner, int layers, int heads, int keyValueHeads, int vocabulary, int context, double epsilon, bool tied = false) => new()
        {
            Family = ModelFamily.Qwen2,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = inner,
            Layers = layers,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadDim = hidden / heads,
            ContextLength = context,
            RmsNormEpsilon = epsilon,
            RopeTheta = 1e6,
            TiedEmbeddings = tied,
            AttentionBias = true,
        };

    private static ModelConfig Qwen3(int hidden, int inner, int layers, int heads, bool tied = false) => new()
    {
        Family = ModelFamily.Qwen3,
        VocabularySize = 151936,
        HiddenSize = hidden,
        IntermediateSize = inner,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = 8,
        HeadDim = 128,
        ContextLength = 40960,
        RopeTheta = 1e6,
        TiedEmbeddings = tied,
    };
}
